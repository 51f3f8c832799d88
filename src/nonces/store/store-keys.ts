import { createHash } from 'node:crypto';
import type { NonceClaim } from '../nonce-claim.js';

/**
 * The number of buckets. All claims of a consumer are in one bucket, which is in one slot of a cluster, together
 * with a mark that names the epoch of its claims. 1024 are enough to distribute over any number of shards, and few
 * enough to mark all of them.
 */
export const BUCKETS = 1024;

const DIGEST_OCTETS = 16;

/** The mark of a bucket. @param keyspace separates the keys of different databases */
export const markKey = (keyspace: string, bucket: number): string =>
  `oauth10:${keyspace}:{${bucket}}`;

/** The two keys of a claim: its bucket's mark, and its own. Neither reveals anything about the request. */
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
