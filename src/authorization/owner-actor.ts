import type { AuditActor } from '../audit/audit-event.js';
import type { BrowserRequest } from './browser-request.js';
import type { Session } from './sessions.js';

/** The signed-in resource owner as the actor in the audit trail. */
export const ownerActor = (
  { subject }: Session,
  { requestId, clientAddress }: BrowserRequest,
): AuditActor => ({ name: `owner:${subject}`, requestId, address: clientAddress ?? null });
