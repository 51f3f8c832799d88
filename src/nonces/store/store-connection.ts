import { createClient, createCluster } from '@redis/client';
import type { NonceStoreHost, NonceStoreTarget } from '../../config/nonce-store-url.js';
import { StoreUnavailable } from '../../failures/store-unavailable.js';

/** Sends one command; rejects with the error of the server or of the socket. */
export type Send = (command: readonly string[]) => Promise<unknown>;

/** A connection to the store. It is closed at the first failure, and then rejects all pending commands. */
export interface StoreConnection {
  /** Sends to the primary that holds the key. Commands of one turn of the event loop share a write. */
  readonly send: (key: string, command: readonly string[]) => Promise<unknown>;
  /** One sender for each primary. */
  readonly primaries: () => Promise<Send[]>;
  readonly destroy: () => void;
}

const CONNECT_TIMEOUT_MS = 1_000;
/** From the first packet to the reply that identifies a primary. */
const ANSWER_TIMEOUT_MS = 1_400;

/** @throws StoreUnavailable */
export async function connectToStore(target: NonceStoreTarget): Promise<StoreConnection> {
  try {
    return await (target.isCluster ? connectToCluster(target) : connectToPrimary(target));
  } catch (error) {
    throw error instanceof StoreUnavailable ? error : new StoreUnavailable(error);
  }
}

/**
 * Commands are not queued while there is no connection, and the client does not reconnect by itself: the store must
 * be checked before each new connection is used.
 */
const clientOptions = ({ tls, username, password, database }: NonceStoreTarget) => ({
  RESP: 2 as const,
  disableOfflineQueue: true,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...(database !== 0 && { database }),
  socket: {
    ...(tls && { tls: true as const }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectStrategy: false as const,
  },
});

/** Queries all hosts at once, and uses the first that reports that it is a primary. */
async function connectToPrimary(target: NonceStoreTarget): Promise<StoreConnection> {
  const tries = target.hosts.map((host) => connectTo(target, host));
  const client = await Promise.any(tries).catch((error: AggregateError) => {
    throw new StoreUnavailable(error.errors[0]);
  });
  // If two hosts report that, one is a former primary that was not demoted yet. The check of the epoch detects it.
  for (const other of tries)
    other.then((one) => one !== client && one.destroy()).catch(() => undefined);
  const send: Send = (command) => client.sendCommand(command);
  return {
    send: (_key, command) => send(command),
    primaries: () => Promise.resolve([send]),
    destroy: () => end(client),
  };
}

/**
 * The caller gives up after a timeout; a connection that is still being established must not stay open after that.
 */
async function connectTo(target: NonceStoreTarget, { host, port }: NonceStoreHost) {
  const options = clientOptions(target);
  const client = createClient({ ...options, socket: { ...options.socket, host, port } });
  // Without a listener, an error event would end the process. Pending commands reject with the error.
  client.on('error', () => undefined);
  const late = setTimeout(() => end(client), ANSWER_TIMEOUT_MS);
  try {
    await client.connect();
    if (target.hosts.length === 1) return client;
    const [role] = await client.sendCommand<[string]>(['ROLE']);
    if (role !== 'master') throw new Error('This one is a replica');
    return client;
  } catch (error) {
    end(client);
    throw error;
  } finally {
    clearTimeout(late);
  }
}

async function connectToCluster(target: NonceStoreTarget): Promise<StoreConnection> {
  const options = clientOptions(target);
  const cluster = createCluster({
    rootNodes: target.hosts.map(({ host, port }) => ({
      ...options,
      socket: { ...options.socket, host, port },
    })),
    defaults: options,
    topologyRefreshOnReconnectionAttemptStrategy: false,
    maxCommandRedirections: 3,
  });
  cluster.on('error', () => undefined);
  const connected = cluster.connect();
  await connected.catch((error: unknown) => {
    end(cluster);
    throw error;
  });
  return {
    send: (key, command) => cluster.sendCommand(key, false, [...command]),
    primaries: () =>
      Promise.all(
        cluster.masters.map(async (master): Promise<Send> => {
          const client = await cluster.nodeClient(master);
          return (command) => client.sendCommand(command);
        }),
      ),
    destroy: () => end(cluster),
  };
}

function end(client: { destroy(): void }): void {
  try {
    client.destroy();
  } catch {
    // The client was closed already.
  }
}
