import { createHash } from 'node:crypto';
import { InvalidInput } from '../input/input-fault.js';
import { ALTERED, ImportRefused, refusedAsWhole, type LineFault } from './import-refused.js';
import { linesOf, MAX_LINE_OCTETS } from './lines-of.js';
import { readLine, type ImportedConsumer } from './read-line.js';
import type { StagedImport, StagedImports } from './staged-imports.js';
import { consumerRow, tokenRow, type Sealing, type StagedRow } from './staged-rows.js';
import type { TokenLine } from './transfer-lines.js';

/** The content of a file. */
export interface StagedFile {
  readonly consumers: number;
  readonly tokens: number;
  /** SHA-256. */
  readonly hash: Buffer;
}

/** The most that one statement stages. */
const BATCH_LINES = 2_000;
const BATCH_OCTETS = 1024 * 1024;
/** The most faults that are reported. After these are fixed, the next attempt reports the others. */
const MAX_FAULTS = 50;

/**
 * Stages the lines of a file that are not staged yet, in the memory of one batch. After the first fault it stages
 * nothing more, but reads on to the end to find more faults, because the sender reads the response only after the
 * whole file is sent.
 *
 * @param onOctets called with the number of octets read
 * @throws ImportRefused invalid, busy; StoreUnavailable; what reading the chunks throws
 */
export async function stageLines(
  staged: StagedImports,
  sealing: Sealing,
  begun: StagedImport,
  chunks: AsyncIterable<Buffer>,
  onOctets: (count: number) => void,
): Promise<StagedFile> {
  const hash = createHash('sha256');
  const faults: LineFault[] = [];
  const counts = { consumers: begun.consumers, tokens: begun.tokens };
  let batch = new Batch(begun.lines);
  let ended = false;
  let line = 0;
  /** The number of rows that the lines staged by earlier attempts must have given. */
  let stagedBefore = 0;

  const flush = async (): Promise<void> => {
    if (faults.length === 0 && batch.to > batch.from) {
      const outcome = await staged.stage(begun.id, batch);
      if (outcome === 'behind') throw new ImportRefused('busy', []);
      if (outcome === 'repeated') {
        for (const repeated of await staged.repeatedLines(begun.id, batch)) {
          faults.push({
            line: repeated,
            pointer: '',
            detail: 'repeats the key of an earlier line',
          });
        }
      }
    }
    batch = new Batch(line);
  };

  const take = (octets: Buffer): void => {
    const read = readLine(octets);
    if (ended) throw unexpected('', 'comes after the end');
    if (read.type === 'end') {
      ended = true;
      const { consumers, tokens } = counts;
      // Lines with faults were not counted.
      const differs = read.consumers !== consumers || read.tokens !== tokens;
      if (differs && faults.length === 0) {
        throw unexpected(
          '',
          `does not fit: ${consumers} consumers and ${tokens} tokens came before`,
        );
      }
      return;
    }
    counts[read.type === 'consumer' ? 'consumers' : 'tokens'] += 1;
    if (faults.length === 0) batch.add(sealing, line, read);
  };

  for await (const octets of linesOf(hashed(chunks, hash, onOctets))) {
    line += 1;
    if (line <= begun.lines && octets?.length !== 0) stagedBefore += 1;
    if (line <= begun.lines || faults.length >= MAX_FAULTS) continue;
    try {
      if (octets === undefined) throw unexpected('', `is longer than ${MAX_LINE_OCTETS} octets`);
      if (octets.length > 0) take(octets);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      faults.push(...error.faults.map((fault) => ({ line, ...fault })));
    }
    // The end line is never counted as staged, so that a resumed import reads it as well.
    if (!ended) batch.to = line;
    batch.octets += octets?.length ?? 0;
    if (batch.to - batch.from >= BATCH_LINES || batch.octets >= BATCH_OCTETS) await flush();
  }
  await flush();
  // No MAC protects the counts in the table, so they are compared with the file.
  if (faults.length === 0 && stagedBefore !== begun.consumers + begun.tokens) {
    throw refusedAsWhole('invalid', ALTERED);
  }
  if (counts.consumers + counts.tokens === 0 && faults.length === 0) {
    faults.push({ line: 0, pointer: '', detail: 'holds neither a consumer nor a token' });
  }
  if (faults.length > 0) throw new ImportRefused('invalid', firstOf(faults));
  return { ...counts, hash: hash.digest() };
}

/** The first faults by line. */
export const firstOf = (faults: readonly LineFault[]): LineFault[] =>
  [...faults].sort((one, other) => one.line - other.line).slice(0, MAX_FAULTS);

/** Lines that are staged together. */
class Batch {
  readonly consumers: StagedRow[] = [];
  readonly tokens: StagedRow[] = [];
  to: number;
  octets = 0;

  /** @param from the number of the line before the first */
  constructor(readonly from: number) {
    this.to = from;
  }

  add(sealing: Sealing, line: number, read: ImportedConsumer | TokenLine): void {
    if (read.type === 'consumer') this.consumers.push(consumerRow(sealing, line, read));
    else this.tokens.push(tokenRow(sealing, line, read));
  }
}

async function* hashed(
  chunks: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
  onOctets: (count: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    onOctets(chunk.length);
    yield chunk;
  }
}

const unexpected = (pointer: string, detail: string): InvalidInput =>
  new InvalidInput([{ pointer, detail }]);
