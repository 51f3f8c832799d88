import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './http-refusal.js';
import { RequestProperty } from './request-property.js';

/** 64 KiB: far above any form that is signed, far below what would hurt. */
export const MAX_BODY_OCTETS = 64 * 1024;

/** The most that a body has which is read before it is acted on, on the admin listener: a report of a request. */
export const MAX_REPORT_OCTETS = 8 * MAX_BODY_OCTETS;

const NO_BODY = Buffer.alloc(0);

/** What a body is given room for at most before any of it has come; most are smaller. */
const FIRST_OCTETS = 4 * 1024;

const asked = new RequestProperty<IncomingMessage, number>('octetsAsked');

/** How many octets of the body a handler reads; 0 before one has begun to. */
export const octetsAskedOf = (request: IncomingMessage): number => asked.get(request) ?? 0;

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
  if (Number(length) > maxOctets) throw oversizedBody(maxOctets);
  asked.set(request, maxOctets);
  return collect(request, maxOctets, Math.min(Number(length ?? FIRST_OCTETS), FIRST_OCTETS));
}

/**
 * Each piece is copied, since Node makes a Buffer of its own of every chunk and packet: kept until the last has come, pieces of a
 * few octets take many times the memory of what they hold.
 */
function collect(
  request: IncomingMessage,
  maxOctets: number,
  firstOctets: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let octets: Buffer = Buffer.allocUnsafe(firstOctets);
    let length = 0;
    const end = (settle: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
      settle();
    };
    const onData = (piece: Buffer): void => {
      const needed = length + piece.length;
      if (needed > maxOctets) {
        request.pause();
        return end(() => reject(oversizedBody(maxOctets)));
      }
      if (needed > octets.length) octets = copyOf(octets, length, needed, maxOctets);
      piece.copy(octets, length);
      length = needed;
    };
    const onEnd = (): void => end(() => resolve(octets.subarray(0, length)));
    const onCut = (): void => end(() => reject(new HttpRefusal(400, 'The body ended early.')));
    // The client may have gone while something else was waited for.
    if (!request.readable) return onCut();
    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}

/** With room for `needed` octets, and for as many as it has again, as far as that many are read. */
function copyOf(octets: Buffer, length: number, needed: number, maxOctets: number): Buffer {
  const room = Math.min(maxOctets, Math.max(needed, 2 * octets.length));
  const larger = Buffer.allocUnsafe(room);
  octets.copy(larger, 0, 0, length);
  return larger;
}

/** A body that Content-Encoding transforms. */
export const codedBody = (): HttpRefusal =>
  new HttpRefusal(415, 'Send the body as it is, without Content-Encoding.');

/** More than is read. The rest stays unread, so the connection cannot serve another. */
export const oversizedBody = (maxOctets = MAX_BODY_OCTETS): HttpRefusal =>
  new HttpRefusal(413, `The body is larger than ${maxOctets / 1024} KiB.`, {
    Connection: 'close',
  });
