import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { MISTAKE_OF_FLAG } from '../../protocol/hints/mistakes.js';
import { TransferProgress } from '../../transfer/transfer-progress.js';
import { AdminApiError, type AdminApi } from '../rest/admin-api.js';
import { RestProgramError, say, show, type RestOptions } from '../rest/rest-program.js';
import { Table } from '../rest/table.js';
import { CHECKS_PATH, type CheckedSignature } from './checked-signature.js';

interface ReportOptions extends RestOptions {
  /** The number of concurrent checks. */
  readonly concurrency: number;
}

/** One mistake of one consumer. */
interface Refused {
  readonly consumerKey: string;
  /** The hint, or the problem if there is no hint. */
  readonly mistake: string;
  /** The flag of `compatibility` that would accept the request. */
  readonly flag: string | null;
  count: number;
  readonly firstLine: number;
  readonly advice: string | null;
}

const COLUMNS = ['consumerKey', 'mistake', 'flag', 'count', 'firstLine'];
/** Lines without a request are counted, but only the first ones are listed. */
const UNREADABLE_NAMED = 20;
/** Statuses for a fault of the line, not of the service or the caller. */
const FAULT_OF_LINE = new Set([400, 413, 422]);
/** The timestamps were valid when the requests were sent, but are too old at the check. */
const OF_AGE = 'timestamp_refused';

const FLAG_OF_HINT = new Map(
  [...MISTAKE_OF_FLAG].map(([flag, { code }]) => [code as string, flag]),
);

/**
 * Checks each line of a file and reports the refused requests with reasons. @throws RestProgramError; AdminApiError
 */
export async function reportSignatures(
  api: AdminApi,
  path: string,
  options: ReportOptions,
): Promise<number> {
  const report = new Report();
  const { size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new RestProgramError(`${path} can't be read: ${error.code ?? error.message}`);
  });
  const progress = new TransferProgress();
  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  let number = 0;
  try {
    for await (const line of createInterface({
      input: createReadStream(path),
      crlfDelay: Infinity,
    })) {
      number += 1;
      const at = number;
      if (line.trim() === '') continue;
      const asking = askFor(api, line, at, report)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          underWay.delete(asking);
          progress.advance('Checking', 'octets', Buffer.byteLength(line) + 1, size);
        });
      underWay.add(asking);
      if (underWay.size >= options.concurrency) await Promise.race(underWay);
      if (failure !== undefined) break;
    }
    await Promise.all(underWay);
  } finally {
    progress.stop();
  }
  if (failure !== undefined) throw failure as Error;
  await printReport(report, options);
  return report.refused.size + report.unreadable > 0 ? 1 : 0;
}

class Report {
  held = 0;
  unreadable = 0;
  readonly faults: { line: number; detail: string }[] = [];
  readonly refused = new Map<string, Refused>();

  add(line: number, { active, problem, hint, advice, parameters }: CheckedSignature): void {
    if (active && (problem === null || problem === OF_AGE)) {
      this.held += 1;
      return;
    }
    const mistake = hint ?? problem ?? 'signature_invalid';
    const consumerKey = parameters.find(({ name }) => name === 'oauth_consumer_key')?.value ?? '';
    const key = JSON.stringify([consumerKey, mistake]);
    const before = this.refused.get(key);
    if (before) before.count += 1;
    else {
      const flag = FLAG_OF_HINT.get(mistake) ?? null;
      this.refused.set(key, { consumerKey, mistake, flag, count: 1, firstLine: line, advice });
    }
  }

  addFault(line: number, detail: string): void {
    this.unreadable += 1;
    if (this.faults.length < UNREADABLE_NAMED) this.faults.push({ line, detail });
  }

  /** The most frequent first. */
  get rows(): Refused[] {
    return [...this.refused.values()].sort(
      (a, b) => b.count - a.count || a.firstLine - b.firstLine,
    );
  }
}

async function askFor(api: AdminApi, text: string, line: number, report: Report): Promise<void> {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    return report.addFault(line, 'is no JSON');
  }
  try {
    report.add(line, (await api.call('POST', CHECKS_PATH, fields)) as CheckedSignature);
  } catch (error) {
    const isOfLine = error instanceof AdminApiError && FAULT_OF_LINE.has(error.status ?? 0);
    if (!isOfLine) throw error;
    report.addFault(
      line,
      error.message
        .split('\n')
        .slice(0, -1)
        .map((one) => one.trim())
        .join('; '),
    );
  }
}

async function printReport(report: Report, options: ReportOptions): Promise<void> {
  const { held, unreadable, faults, rows } = report;
  if (options.json) return show({ held, refused: rows, unreadable, faults }, options);
  const refused = rows.reduce((sum, { count }) => sum + count, 0);
  const advices = new Map(rows.map(({ mistake, advice }) => [mistake, advice]));
  const lines = [
    `${held} would be served, ${refused} refused; ${unreadable} lines are no request.`,
    ...(rows.length === 0
      ? []
      : ['', ...new Table(COLUMNS).lines(rows.map((row) => ({ ...row }))), '']),
    ...[...advices].flatMap(([mistake, advice]) => (advice ? [`${mistake}: ${advice}`] : [])),
    ...faults.map(({ line, detail }) => `Line ${line} ${detail}`),
  ];
  await say(`${lines.join('\n')}\n`);
}
