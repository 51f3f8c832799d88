import type { Answer } from './client-process.js';
import type { InteropCase } from './cases.js';

/** The outcome of a case: served means that the request was verified as intended. */
export type Outcome =
  | 'served'
  /** The hint names the client's mistake, if the service gives one. */
  | { readonly refused: readonly [status: number, problem: string, hint?: string] }
  /** Verified, but the client sent other parameters than requested. */
  | { readonly sentInstead: readonly (readonly [string, string])[] }
  | { readonly unable: string };

/** The outcome from the echo endpoint's reply, or from a refusal. */
export function outcomeOf(wanted: InteropCase, answer: Answer): Outcome {
  if (answer.status !== 200) return failureOf(answer);
  const echoed = JSON.parse(answer.body) as { method: string; parameters: [string, string][] };
  if (echoed.method !== wanted.method) throw new Error(`sent by ${echoed.method}`);
  const same =
    JSON.stringify(byName(echoed.parameters)) === JSON.stringify(byName(wanted.verified));
  return same ? 'served' : { sentInstead: echoed.parameters };
}

/** The outcome of an answer other than 200. */
export function failureOf({ status, body }: Answer): Exclude<Outcome, 'served'> {
  if (status === 'unable') return { unable: body };
  const form = new URLSearchParams(body);
  const hint = form.get('oauth_signature_hint');
  const problem = form.get('oauth_problem') ?? body;
  return { refused: hint === null ? [status, problem] : [status, problem, hint] };
}

/** Sorts by name. The order of parameters with the same name is kept. */
function byName(pairs: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  return [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
