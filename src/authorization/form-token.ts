import { createHmac } from 'node:crypto';
import { equalDigests } from '../protocol/constant-time-equality.js';

/** What a form on these pages does. */
export type FormPurpose = 'sign-in' | 'decide' | 'sign-out' | 'revoke';

/**
 * The token that a form carries to show that this service sent it to this browser, for this purpose
 * and this authorization request. The key is the cookie's value, which only the browser knows, so
 * nothing has to be stored; at sign-in the value changes, and all tokens before it are void.
 *
 * @param about the authorization request, or what else the form is about
 */
export const formToken = (browserId: string, purpose: FormPurpose, about: string): string =>
  createHmac('sha256', browserId).update(`${purpose}\n${about}`).digest('base64url');

/** Whether the form was made by formToken() for exactly this. */
export const isFormToken = (
  sent: string | undefined,
  browserId: string,
  purpose: FormPurpose,
  about: string,
): boolean => sent !== undefined && equalDigests(sent, formToken(browserId, purpose, about));
