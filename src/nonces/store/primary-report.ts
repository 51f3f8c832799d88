import { StoreUnavailable } from '../../failures/store-unavailable.js';

/** What a primary reports about itself. */
export interface PrimaryReport {
  /**
   * `master_replid`, which changes with each promotion and each start, and `evicted_keys`, which shows whether
   * claims were evicted while another `maxmemory-policy` was set, even briefly.
   */
  readonly history: string;
}

/** The replication id of a history, without its count of evicted keys. It identifies the server process. */
export const replicationIdOf = (history: string): string => history.split(' ')[0] ?? '';

/** The store's configuration could lose claims; waiting does not help. The message names the setting. */
export class StoreUnfit extends Error {
  override readonly name = 'StoreUnfit';

  constructor(
    message: string,
    /** The history of the primary that reported it. */
    readonly history: string,
  ) {
    super(message);
  }
}

/** Redis before version 7 replicates scripts; see store-scripts.ts. */
const OLDEST_VERSION = 7;

/**
 * Reads the sections server, replication, memory and stats of INFO, which hosted stores allow to every client,
 * unlike CONFIG.
 *
 * @throws StoreUnfit; StoreUnavailable for a server that accepts no claims now
 */
export function readReport(info: string): PrimaryReport {
  const fields = new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  const id = fields.get('master_replid');
  const history = `${id} ${fields.get('evicted_keys') ?? 0}`;
  const version = fields.get('redis_version') ?? '';
  if (!(Number.parseInt(version, 10) >= OLDEST_VERSION)) {
    throw new StoreUnfit(
      `NONCE_STORE_URL must lead to Redis 7 or Valkey 8, or later; this is version ${version || 'unknown'}`,
      history,
    );
  }
  const policy = fields.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    throw new StoreUnfit(
      `NONCE_STORE_URL must lead to a store whose maxmemory-policy is noeviction; it is ${policy ?? 'not said'}${policy === undefined ? '' : ', which drops claims before their time'}`,
      history,
    );
  }
  if (fields.get('role') !== 'master' || id === undefined) {
    throw new StoreUnavailable(new Error('The nonce store is a replica'));
  }
  return { history };
}
