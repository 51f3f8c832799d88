import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DerivedKeys } from '../secrets/derived-keys.js';

/** The purpose of a form, and the person for whom it was made. */
export interface FormPurpose {
  readonly purpose: 'decide' | 'sign-out' | 'revoke' | 'console';
  /** The signed-in person. */
  readonly subject: string;
  /** The authorization request; empty if the form needs none. */
  readonly about: string;
}

/**
 * The token in a form. It proves that this service made the form for this owner, purpose and authorization request.
 * It names the owner and not the session, so a form stays valid after the same person signs in again in another tab.
 * The service stores nothing.
 */
@Injectable()
export class CsrfTokens {
  constructor(
    private readonly keys: DerivedKeys,
    private readonly settings: Settings,
  ) {}

  /** A token that is valid for the longest lifetime of a session. */
  make(form: FormPurpose): string {
    const expiresAt = Math.ceil(Date.now() / 1000) + this.settings.sessionTtlSeconds;
    const mac = this.keys.mac('owner-form', authenticated(form, String(expiresAt)));
    return `${expiresAt}.${mac.toString('base64url')}`;
  }

  /** Whether make() made the token for this form, and it has not expired. */
  verify(sent: string | undefined, form: FormPurpose): boolean {
    const [, expiresAt, mac] = /^(\d{1,12})\.([\w-]{1,128})$/.exec(sent ?? '') ?? [];
    if (expiresAt === undefined || mac === undefined) return false;
    if (Number(expiresAt) * 1000 <= Date.now()) return false;
    const data = authenticated(form, expiresAt);
    return this.keys.verify('owner-form', data, Buffer.from(mac, 'base64url'));
  }
}

const authenticated = ({ purpose, subject, about }: FormPurpose, expiresAt: string): string =>
  JSON.stringify([purpose, subject, about, expiresAt]);
