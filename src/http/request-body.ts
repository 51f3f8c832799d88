import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { HttpRefusal } from './http-refusal.js';

/** 64 KiB: far above any form that is signed, far below what would hurt. */
export const MAX_BODY_OCTETS = 64 * 1024;

/** The most that a body has which is read before it is acted on, on the admin listener: a report of a request. */
export const MAX_REPORT_OCTETS = 8 * MAX_BODY_OCTETS;

const NO_BODY = Buffer.alloc(0);

/**
 * Reads the whole body as the octets it was sent in.
 *
 * A coded body is refused unread: a signature covers what was sent, not what it inflates to, and
 * decompression would turn a small unauthenticated request into a large one.
 *
 * @throws HttpRefusal 415 for Content-Encoding, 413 above `maxOctets`, 400 when cut short
 */
export async function readBody(
  request: IncomingMessage,
  maxOctets = MAX_BODY_OCTETS,
): Promise<Buffer> {
  if (request.headers['content-encoding'] !== undefined) throw codedBody();
  return readOctets(request, maxOctets);
}

/**
 * The same where Content-Encoding is somebody else's affair; the octets stay coded.
 *
 * @throws HttpRefusal 413 above `maxOctets`, 400 when cut short
 */
export async function readOctets(
  request: IncomingMessage,
  maxOctets = MAX_BODY_OCTETS,
): Promise<Buffer> {
  const { headers } = request;
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined) return NO_BODY;
  if (length === '0') return NO_BODY;
  try {
    return await getRawBody(request, { limit: maxOctets, ...(length && { length }) });
  } catch (error) {
    if ((error as { status?: number }).status === 413) throw oversizedBody(maxOctets);
    throw new HttpRefusal(400, 'The body ended early.');
  }
}

/** A body that Content-Encoding transforms. */
export const codedBody = (): HttpRefusal =>
  new HttpRefusal(415, 'Send the body as it is, without Content-Encoding.');

/** More than is read. The rest stays unread, so the connection cannot serve another. */
export const oversizedBody = (maxOctets = MAX_BODY_OCTETS): HttpRefusal =>
  new HttpRefusal(413, `The body is larger than ${maxOctets / 1024} KiB.`, {
    Connection: 'close',
  });
