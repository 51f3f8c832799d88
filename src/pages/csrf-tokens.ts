import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DerivedKeys } from '../secrets/derived-keys.js';

/** What a form is for, and for whom it was made. */
export interface FormPurpose {
  readonly purpose: 'decide' | 'sign-out' | 'revoke' | 'console';
  /** Who is signed in. */
  readonly subject: string;
  /** The authorization request; empty where the form is about nothing more. */
  readonly about: string;
}

/**
 * The token that a form carries to show that this service made it for this owner, this purpose and
 * this authorization request. It names the owner and not the session, so that a form outlives a
 * sign-in of the same person in another tab. Nothing is stored.
 */
@Injectable()
export class CsrfTokens {
  constructor(
    private readonly keys: DerivedKeys,
    private readonly settings: Settings,
  ) {}

  /** A token that is good for as long as a session can last. */
  make(form: FormPurpose): string {
    const expiresAt = Math.ceil(Date.now() / 1000) + this.settings.sessionTtlSeconds;
    const mac = this.keys.mac('owner-form', authenticated(form, String(expiresAt)));
    return `${expiresAt}.${mac.toString('base64url')}`;
  }

  /** Whether make() made the token, for exactly this, and its time is not over. */
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
