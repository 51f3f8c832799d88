/** What one side says of a request: its shape is wrong, its signature is, or nothing is. */
export type Verdict = 'genuine' | 'not genuine' | 'malformed';

export interface Judgement {
  readonly verdict: Verdict;
  /** Undefined where the request is malformed. */
  readonly baseString: string | undefined;
  /** Why, for whoever reads a disagreement. */
  readonly detail: string;
}

/** How two judgements can differ. */
export type Difference =
  | 'only we refuse'
  | 'only oauthlib refuses'
  | 'base strings differ'
  | 'only for us the signature holds'
  | 'only for oauthlib the signature holds';

/** How the two judgements differ; undefined where they agree on verdict and base string. */
export function differenceBetween(ours: Judgement, theirs: Judgement): Difference | undefined {
  if (ours.verdict === 'malformed' || theirs.verdict === 'malformed') {
    if (ours.verdict === theirs.verdict) return undefined;
    return ours.verdict === 'malformed' ? 'only we refuse' : 'only oauthlib refuses';
  }
  if (ours.baseString !== theirs.baseString) return 'base strings differ';
  if (ours.verdict === theirs.verdict) return undefined;
  return ours.verdict === 'genuine'
    ? 'only for us the signature holds'
    : 'only for oauthlib the signature holds';
}
