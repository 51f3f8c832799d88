import type { IncomingMessage } from 'node:http';
import { singleHeader } from '../http/single-header.js';

/**
 * The credential in `Authorization: Bearer` (RFC 6750 section 2.1); undefined without one.
 *
 * @throws RepeatedHeader
 */
export const bearerCredential = (request: IncomingMessage): string | undefined =>
  /^Bearer +([\x21-\x7e]+)$/i.exec(singleHeader(request, 'authorization') ?? '')?.[1];
