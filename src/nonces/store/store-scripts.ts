import { createHash } from 'node:crypto';

/** A script as the store knows it. */
export interface StoreScript {
  readonly text: string;
  /** SHA-1 of the text, in hex. */
  readonly sha: string;
}

/** A clock of the store or the database that moved further against the other may have let claims expire too soon. */
const CLOCK_TOLERANCE_MS = 60_000;

/** What the claim script answers. */
export const CLAIM_REPLY = { used: 0, new: 1, lost: 2 } as const;

/**
 * Claims KEYS[2] for ARGV[2] ms, where KEYS[1] bears the mark of the epoch; ARGV[1] is the time by the
 * database's clock, in ms.
 *
 * The epoch is part of the text, and so of its SHA-1. A script lives in the memory of the process that it was
 * loaded into: neither replicas nor the disk get it. So a process that was not there when the epoch began, a
 * promoted replica or one that was started again, answers NOSCRIPT, whatever keys it has; and one whose keys
 * were wiped lacks the mark. Each is told by the very command that would claim.
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

/** Marks KEYS[1] with the epoch ARGV[1], and how far the store's clock is ahead of ARGV[2], in ms. */
export const MARK = `local t = redis.call('TIME')
local ahead = t[1] * 1000 + math.floor(t[2] / 1000) - ARGV[2]
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. string.format('%.0f', ahead))
return 1`;
