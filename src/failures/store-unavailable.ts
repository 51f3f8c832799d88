/**
 * The store failed: the database is unreachable, restarting, full, or too busy to answer in time. The request
 * is not at fault, and the client may retry it unchanged (503 with Retry-After). It is unknown whether a write
 * that failed this way was committed.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(cause?: unknown) {
    super('The store is out of reach', { cause });
  }
}

/** Error codes of sockets and name resolution. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOENT', // the Unix socket does not exist
]);

/** SQLSTATE, PostgreSQL's appendix A. */
const SQL_STATES = new Set([
  '25006', // read_only_sql_transaction: the old primary after a fail-over
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available: lock_timeout
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
  '25P03', // idle_in_transaction_session_timeout
]);

/** 08 connection exception, 53 insufficient resources, 58 system error (I/O). */
const SQL_STATE_CLASSES = /^(08|53|58)[0-9A-Z]{3}$/;

/** Messages of errors of pg, pg-pool and TypeORM that have no code. */
const MESSAGES = [
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
  'Driver not Connected',
  // The connection broke between two statements of a transaction.
  'Query runner already released',
];

/** Whether an error means that the store is unavailable. It searches the wrappers of TypeORM and Node. */
export function isStoreUnavailable(error: unknown): boolean {
  return isTrouble(error, 0);
}

function isTrouble(error: unknown, depth: number): boolean {
  if (!(error instanceof Object) || depth > 4) {
    return false;
  }
  if (error instanceof StoreUnavailable) {
    return true;
  }
  const { code, message, driverError, errors, cause } = error as Record<string, unknown>;
  if (typeof code === 'string' && (SOCKET_CODES.has(code) || isTroubleState(code))) {
    return true;
  }
  if (typeof message === 'string' && MESSAGES.some((start) => message.startsWith(start))) {
    return true;
  }
  // A connection to a host name with several addresses fails with an AggregateError.
  const inner: unknown[] = Array.isArray(errors) ? errors : [];
  return [driverError, cause, ...inner].some((one) => isTrouble(one, depth + 1));
}

function isTroubleState(code: string): boolean {
  return SQL_STATES.has(code) || SQL_STATE_CLASSES.test(code);
}
