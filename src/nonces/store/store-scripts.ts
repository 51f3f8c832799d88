import { createHash } from 'node:crypto';

/** A script of the store. */
export interface StoreScript {
  readonly text: string;
  /** SHA-1 of the text, in hex. */
  readonly sha: string;
}

/** If the store's clock and the database's clock diverge by more than this, claims may have expired too soon. */
const CLOCK_TOLERANCE_MS = 60_000;

/** The replies of the claim script. */
export const CLAIM_REPLY = { used: 0, new: 1, lost: 2 } as const;

/**
 * Claims KEYS[2] for ARGV[2] ms, if KEYS[1] has the mark of the epoch. ARGV[1] is the time by the database's clock,
 * in ms.
 *
 * The text, and so its SHA-1, contains the epoch. A script exists only in the memory of the process that loaded it:
 * it is neither replicated nor written to disk. So a process that did not take part when the epoch began (a
 * promoted replica, or a restarted server) answers NOSCRIPT, even if it has the keys. A server whose keys were
 * deleted lacks the mark. The claiming command itself detects both.
 */
export function claimScript(epoch: string): StoreScript {
  const text = `-- oauth10 ${epoch}
local mark = redis.call('GET', KEYS[1])
if not mark or string.sub(mark, 1, ${epoch.length}) ~= '${epoch}' then return ${CLAIM_REPLY.lost} end
local t = redis.call('TIME')
local ahead = t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[1]
if math.abs(ahead - string.sub(mark, ${epoch.length + 2})) > ${CLOCK_TOLERANCE_MS} then return ${CLAIM_REPLY.lost} end
if redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[2]) then return ${CLAIM_REPLY.new} end
return ${CLAIM_REPLY.used}`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Marks KEYS[1] with the epoch ARGV[1] and with the lead of the store's clock over ARGV[2], in ms. */
export const MARK = `local t = redis.call('TIME')
local ahead = t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[2]
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. string.format('%.0f', ahead))
return 1`;
