import type { PageRefusalReason } from '../pages/page-refusal.js';
import type { AuthorizationRequestStatus } from '../tokens/authorization-request-reader.js';

/** Why a page of the resource owner cannot be shown, or a form not be followed. */
export type OwnerRefusalReason =
  | PageRefusalReason
  | Exclude<AuthorizationRequestStatus, 'pending'>
  | 'unknown'
  | 'consumer-disabled'
  | 'no-consent-page';
