/** The verdict of one side: the request is malformed, its signature is wrong, or it is valid. */
export type Verdict = 'genuine' | 'not genuine' | 'malformed';

export interface Judgement {
  readonly verdict: Verdict;
  /** Undefined if the request is malformed. */
  readonly baseString: string | undefined;
  /** The reason, to investigate a difference. */
  readonly detail: string;
}

/** How two judgements can differ. */
export type Difference =
  | 'only we refuse'
  | 'only oauthlib refuses'
  | 'base strings differ'
  | 'only for us the signature holds'
  | 'only for oauthlib the signature holds';

/** How the two judgements differ; undefined if verdict and base string are equal. */
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
