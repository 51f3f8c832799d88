import type { Answer } from './client-process.js';
import type { InteropCase } from './cases.js';

/** What became of a case: the request was verified as meant, or one of the three others. */
export type Outcome =
  | 'served'
  | { readonly refused: readonly [status: number, problem: string] }
  /** Verified, but the client sent other parameters than it was asked to. */
  | { readonly sentInstead: readonly (readonly [string, string])[] }
  | { readonly unable: string };

/** What the echo endpoint's reply, or a refusal, says of a case. */
export function outcomeOf(wanted: InteropCase, answer: Answer): Outcome {
  if (answer.status !== 200) return failureOf(answer);
  const echoed = JSON.parse(answer.body) as { method: string; parameters: [string, string][] };
  if (echoed.method !== wanted.method) throw new Error(`sent by ${echoed.method}`);
  const same =
    JSON.stringify(byName(echoed.parameters)) === JSON.stringify(byName(wanted.verified));
  return same ? 'served' : { sentInstead: echoed.parameters };
}

/** What an answer other than 200 says. */
export function failureOf({ status, body }: Answer): Exclude<Outcome, 'served'> {
  if (status === 'unable') return { unable: body };
  return { refused: [status, new URLSearchParams(body).get('oauth_problem') ?? body] };
}

/** Order matters among parameters of one name only. */
function byName(pairs: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
