import { randomInt } from 'node:crypto';
import { readReport } from './primary-report.js';
import type { StoreConnection } from './store-connection.js';
import type { StoreEpoch } from './store-epochs.js';
import { BUCKETS, markKey } from './store-keys.js';
import { CLAIM_REPLY, claimScript } from './store-scripts.js';

/** What a check of all primaries found. */
export interface StoreCheck {
  readonly epoch: StoreEpoch;
  /** SHA-1 of the epoch's claim script. */
  readonly sha: string;
  /** The histories of all current primaries (PrimaryReport). */
  readonly histories: readonly string[];
  /** Whether all primaries have all claims of the epoch. */
  readonly isSame: boolean;
}

/**
 * Checks whether this is still the store in which the epoch began.
 *
 * @param nowSeconds by the database's clock
 * @throws StoreUnfit; errors of the server and of the socket
 */
export async function checkStore(
  epoch: StoreEpoch,
  connection: StoreConnection,
  nowSeconds: number,
): Promise<StoreCheck> {
  const { sha } = claimScript(epoch.epoch ?? '');
  const reports = await Promise.all(
    (await connection.primaries()).map(async (send) => {
      const [info, known] = await Promise.all([
        send(['INFO', 'server', 'replication', 'memory', 'stats']),
        send(['SCRIPT', 'EXISTS', sha]) as Promise<[number]>,
      ]);
      return { ...readReport(String(info)), isKnown: known[0] === 1 };
    }),
  );
  const isSame =
    epoch.isOpen &&
    reports.every(({ isKnown, history }) => isKnown && epoch.primaries.includes(history)) &&
    (await tryClaim(epoch, connection, nowSeconds)) !== CLAIM_REPLY.lost;
  return { epoch, sha, histories: reports.map(({ history }) => history), isSame };
}

/** The reply to a claim in a random bucket. */
function tryClaim(
  { epoch, keyspace }: StoreEpoch,
  connection: StoreConnection,
  nowSeconds: number,
): Promise<unknown> {
  const { sha } = claimScript(epoch ?? '');
  const mark = markKey(keyspace ?? '', randomInt(BUCKETS));
  const nowMs = String(Math.round(nowSeconds * 1000));
  return connection.send(mark, ['EVALSHA', sha, '2', mark, `${mark}:look`, nowMs, '1']);
}
