import type { HintCode } from '../../src/protocol/hints/mistake.js';
import type { Outcome } from './outcome.js';

/** What a client does wrong, or can't do, and what becomes of it here. */
export interface KnownDefect {
  readonly outcome: Exclude<Outcome, 'served'>;
  /** Said of the client, to be read after its name. */
  readonly defect: string;
}

/** By client, then by case. What is not there is served. */
export type KnownDefects = Readonly<Record<string, Readonly<Record<string, KnownDefect>>>>;

/** Stands for every case, the dance included. */
export const EVERYTHING = 'everything';

/** Without a hint where two mistakes come together, or two explain the signature equally. */
export const signsWrongly = (defect: string, hint?: HintCode): KnownDefect => ({
  outcome: {
    refused: hint === undefined ? [401, 'signature_invalid'] : [401, 'signature_invalid', hint],
  },
  defect,
});

export const unable = (reason: string): KnownDefect => ({
  outcome: { unable: reason },
  defect: reason,
});

export const sendsInstead = (
  defect: string,
  sentInstead: readonly (readonly [string, string])[],
): KnownDefect => ({ outcome: { sentInstead }, defect });
