import type { AdminApi } from '../rest/admin-api.js';
import { readGiven } from '../rest/given-input.js';
import { propertyLines } from '../rest/table.js';
import {
  RestProgramError,
  runRestProgram,
  say,
  show,
  type RestOptions,
} from '../rest/rest-program.js';
import { alignedBaseStrings } from './aligned-base-strings.js';
import { CHECKS_PATH, type CheckedSignature } from './checked-signature.js';
import { parseGivenRequest } from './given-request.js';
import { reportSignatures } from './signature-report.js';

export interface CheckOptions extends RestOptions {
  /** The file with one request; `-`: standard input. */
  readonly file: string;
  readonly scheme: 'http' | 'https';
  /** A file with the base string of the client. */
  readonly baseString?: string;
  /** A file with many requests as NDJSON, for `report`. */
  readonly from?: string;
  readonly report?: boolean;
  readonly concurrency: number;
}

/**
 * `oauth10 check-signature`: shows whether a signature is valid, what was signed and the client's mistake. Exits with
 * 0 if it is valid (with `--report`: if all are), with 1 if not, with 2 if the check failed.
 */
export const checkSignature = (options: CheckOptions): Promise<void> =>
  runRestProgram(options, (api) => {
    const { from, report } = options;
    if ((from === undefined) === (report === true)) {
      throw new RestProgramError('--from FILE and --report belong together.');
    }
    return from === undefined ? checkOne(api, options) : reportSignatures(api, from, options);
  });

async function checkOne(api: AdminApi, options: CheckOptions): Promise<number> {
  const request = parseGivenRequest(await readGiven(options.file), options.scheme);
  const client =
    options.baseString === undefined
      ? undefined
      : (await readGiven(options.baseString)).toString().trim();
  const checked = (await api.call('POST', CHECKS_PATH, request)) as CheckedSignature;
  await (options.json
    ? show(checked, options)
    : say(`${verdictLines(checked, client).join('\n')}\n`));
  return checked.active ? 0 : 1;
}

function verdictLines(checked: CheckedSignature, client: string | undefined): string[] {
  const { active, problem, advice, hint, keyParts, baseString } = checked;
  const found = { problem, hint, advice, 'key made of': keyParts };
  return [
    active ? 'The signature holds.' : 'The signature does not hold.',
    ...propertyLines(
      Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null)),
    ),
    '',
    ...(baseString === null
      ? ['There is no signature base string: nothing is signed, or the request cannot be read.']
      : [
          'Signature base string (a line a piece; & and %26 stand between them)',
          ...alignedBaseStrings(baseString, client),
        ]),
  ];
}
