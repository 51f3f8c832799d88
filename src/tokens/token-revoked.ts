import type { AuditActor, NewAuditEvent } from '../audit/audit-event.js';

/** The audit event of a revoked token, for revocations by staff, owners and consumers. */
export const tokenRevoked = (token: string, actor: AuditActor): NewAuditEvent => ({
  actor,
  action: 'token.revoke',
  target: `token:${token}`,
  detail: {},
});
