import type { AuditActor } from '../audit/audit-event.js';
import type { BrowserRequest } from './browser-request.js';
import type { Session } from './sessions.js';

/** The resource owner who is signed in, for the record. */
export const ownerActor = (
  { subject }: Session,
  { requestId, clientAddress }: BrowserRequest,
): AuditActor => ({ name: `owner:${subject}`, requestId, address: clientAddress ?? null });
