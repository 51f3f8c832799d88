/** What a key, or a token of the platform, is for. */
export const ROLES = ['admin', 'auditor', 'consent', 'gateway'] as const;

export type Role = (typeof ROLES)[number];

/** Who calls the admin listener. */
export interface Caller {
  /** For the record; never the key. */
  readonly name: string;
  /** One at least. */
  readonly roles: readonly Role[];
}
