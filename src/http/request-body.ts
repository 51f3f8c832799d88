import type { IncomingMessage } from 'node:http';
import { askForBody, SMALL_CHUNKS } from './body-pieces.js';
import { HttpRefusal } from './http-refusal.js';

/** 64 KiB: far more than any signed form, and few enough octets to be harmless. */
export const MAX_BODY_OCTETS = 64 * 1024;

/**
 * The limit for a gateway's report of a request, on the admin listener. The service reads it completely before
 * acting.
 */
export const MAX_REPORT_OCTETS = 8 * MAX_BODY_OCTETS;

const NO_BODY = Buffer.alloc(0);

/** The largest buffer that is allocated before any of the body has arrived; most bodies are smaller. */
const FIRST_OCTETS = 4 * 1024;

/**
 * Reads the whole body, in the octets that were sent.
 *
 * A body with Content-Encoding is refused unread: a signature covers the encoded octets, and decompression
 * would turn a small unauthenticated request into a large one.
 *
 * @throws HttpRefusal 415 for Content-Encoding, 413 above `maxOctets`, 400 when cut short or in too many small
 *   chunks
 */
export async function readBody(
  request: IncomingMessage,
  maxOctets = MAX_BODY_OCTETS,
): Promise<Buffer> {
  if (request.headers['content-encoding'] !== undefined) throw codedBody();
  return readOctets(request, maxOctets);
}

/**
 * Like `readBody`, for bodies whose Content-Encoding does not matter here; the octets stay encoded.
 *
 * @throws HttpRefusal 413 above `maxOctets`, 400 when cut short or in too many small chunks
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
  const surplus = askForBody(request, maxOctets);
  if (surplus === 'small_chunks') throw new HttpRefusal(400, SMALL_CHUNKS);
  if (surplus === 'unread_body') throw oversizedBody(maxOctets);
  return collect(request, maxOctets, Math.min(Number(length ?? FIRST_OCTETS), FIRST_OCTETS));
}

/**
 * Copies each piece. Node allocates a Buffer for every chunk and packet; keeping Buffers of a few octets until
 * the end would take many times the memory of their content.
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
    // The client may have disconnected during an earlier await.
    if (!request.readable) return onCut();
    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}

/** A larger copy: at least `needed` octets, twice the old size if `maxOctets` allows it. */
function copyOf(octets: Buffer, length: number, needed: number, maxOctets: number): Buffer {
  const room = Math.min(maxOctets, Math.max(needed, 2 * octets.length));
  const larger = Buffer.allocUnsafe(room);
  octets.copy(larger, 0, 0, length);
  return larger;
}

/** The refusal of a body with Content-Encoding. */
export const codedBody = (): HttpRefusal =>
  new HttpRefusal(415, 'Send the body as it is, without Content-Encoding.');

/** The refusal of a body above the limit. The rest stays unread, so the connection cannot be reused. */
export const oversizedBody = (maxOctets = MAX_BODY_OCTETS): HttpRefusal =>
  new HttpRefusal(413, `The body is larger than ${maxOctets / 1024} KiB.`, {
    Connection: 'close',
  });
