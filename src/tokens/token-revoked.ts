import type { AuditActor, NewAuditEvent } from '../audit/audit-event.js';

/** What the record says of one token's end, whoever ended it. */
export const tokenRevoked = (token: string, actor: AuditActor): NewAuditEvent => ({
  actor,
  action: 'token.revoke',
  target: `token:${token}`,
  detail: {},
});
