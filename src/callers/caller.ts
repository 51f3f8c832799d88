/** What a key, or a token of the platform, is for. */
export const ROLES = ['admin', 'auditor', 'consent', 'gateway'] as const;

export type Role = (typeof ROLES)[number];

/** The sender of a request to the admin listener. */
export interface Caller {
  /** For the audit trail; never the key. */
  readonly name: string;
  /** May be empty for a caller with a JWT. */
  readonly roles: readonly Role[];
}
