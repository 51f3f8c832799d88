/** Longer than any valid line. */
export const MAX_LINE_OCTETS = 512 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Splits octets into lines, in the memory of one line. A line ends with CR LF or LF. Yields a line without octets for
 * an empty line, so that the caller can count lines, and undefined for a line that is too long.
 */
export async function* linesOf(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer | undefined, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  let isFirst = true;
  const whole = (): Buffer | undefined => {
    const octets =
      length > MAX_LINE_OCTETS ? undefined : withoutMarks(Buffer.concat(parts), isFirst);
    parts = [];
    length = 0;
    isFirst = false;
    return octets;
  };
  const take = (octets: Buffer): void => {
    length += octets.length;
    if (length <= MAX_LINE_OCTETS) parts.push(octets);
    else parts = [];
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, end));
      yield whole();
      from = end + 1;
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield whole();
}

function withoutMarks(octets: Buffer, isFirst: boolean): Buffer {
  const from = isFirst && octets.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  return octets.subarray(from, octets.at(-1) === CARRIAGE_RETURN ? -1 : undefined);
}
