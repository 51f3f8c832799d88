/** A small server for one service on one machine; TCP only on the loopback interface. */
const SMALL = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '50',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  huge_pages: 'off',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // LOG ranks above ERROR here, so errors, which clients can cause at will, are not logged: this log is not rotated
  // within a run.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/** Committed transactions survive a kill -9 or a power failure. */
const DURABLE = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };

/** For tests only. */
const FORGETFUL = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** The server's command line after the program's name. */
export function serverArguments(
  dataDirectory: string,
  port: number,
  durable: boolean,
  settings: Readonly<Record<string, string>>,
): string[] {
  const all = { ...SMALL, ...(durable ? DURABLE : FORGETFUL), ...settings };
  const choices = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', dataDirectory, '-p', String(port), ...choices];
}
