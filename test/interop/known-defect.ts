import type { HintCode } from '../../src/protocol/hints/mistake.js';
import type { Outcome } from './outcome.js';

/** What a client does wrong or cannot do, and the outcome at this service. */
export interface KnownDefect {
  readonly outcome: Exclude<Outcome, 'served'>;
  /** A predicate that follows the client's name. */
  readonly defect: string;
}

/** By client, then by case. Cases without an entry must be served. */
export type KnownDefects = Readonly<Record<string, Readonly<Record<string, KnownDefect>>>>;

/** Applies to every case, including the flow. */
export const EVERYTHING = 'everything';

/** Without a hint if two mistakes occur together, or two explain the signature equally. */
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
