import { createHash } from 'node:crypto';
import type { NonceClaim } from '../nonce-claim.js';

/**
 * A consumer's claims lie together in one of these, each in one slot of a cluster, beside the mark that says
 * which epoch the claims there belong to. Enough to spread over any number of shards, and few enough to mark.
 */
export const BUCKETS = 1024;

const DIGEST_OCTETS = 16;

/** The mark of a bucket. @param keyspace separates the keys of different databases */
export const markKey = (keyspace: string, bucket: number): string =>
  `oauth10:${keyspace}:{${bucket}}`;

/** The two keys that a claim is about: its bucket's mark, and its own. Neither reveals anything about the request. */
export function claimKeys(
  keyspace: string,
  { consumerKey, timestamp, digest }: NonceClaim,
): [mark: string, claim: string] {
  const whole = createHash('sha256')
    .update(digest ?? '')
    .update(`${timestamp} ${consumerKey}`)
    .digest();
  const ofConsumer = createHash('sha256').update(consumerKey).digest();
  const mark = markKey(keyspace, ofConsumer.readUInt16BE(0) % BUCKETS);
  return [mark, `${mark}:${whole.toString('base64url', 0, DIGEST_OCTETS)}`];
}
