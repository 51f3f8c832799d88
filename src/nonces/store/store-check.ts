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
  /** Of all primaries that are there now (PrimaryReport). */
  readonly histories: readonly string[];
  /** Whether all of them have all that was claimed in the epoch. */
  readonly isSame: boolean;
}

/**
 * Checks whether this is still the store that the epoch began in.
 *
 * @param nowSeconds by the database's clock
 * @throws StoreUnfit; whatever the server or the socket says
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

/** What a claim would meet, now at this bucket and now at that. */
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
