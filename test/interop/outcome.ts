import type { Answer } from './client-process.js';
import type { InteropCase } from './cases.js';

/** What became of a case: the request was verified as meant, or one of the three others. */
export type Outcome =
  | 'served'
  /** The hint, where one is given: the mistake that the service tells the client. */
  | { readonly refused: readonly [status: number, problem: string, hint?: string] }
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
  const form = new URLSearchParams(body);
  const hint = form.get('oauth_signature_hint');
  const problem = form.get('oauth_problem') ?? body;
  return { refused: hint === null ? [status, problem] : [status, problem, hint] };
}

/** Order matters among parameters of one name only. */
function byName(pairs: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
