/** A fault of the database that waiting does not fix. The message says how to fix it. */
export class DatabaseRefusal extends Error {
  override readonly name = 'DatabaseRefusal';
}

/** What to check, by SQLSTATE, after a refused login or for missing privileges. */
const MENDED_BY: Readonly<Record<string, string>> = {
  '28P01': 'Look at the user and the password in DATABASE_URL.',
  '28000': "Look at the user in DATABASE_URL, at the role's LOGIN, and at pg_hba.conf.",
  '3D000': 'Create the database, or look at the name in DATABASE_URL.',
  '3F000': 'Create the schema, or look at DATABASE_SCHEMA.',
  '42501': 'As the owner of the tables, grant what it names, or run deploy/postgresql/roles.sql.',
};

const CERTIFICATE_CODES =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH)/;

/**
 * An error that tells the operator what to do, if waiting for the database does not help; undefined if waiting may
 * help, or if the fault is not in the database.
 */
export function refusalIn(error: unknown, depth = 0): DatabaseRefusal | undefined {
  if (!(error instanceof Error) || depth > 4) return undefined;
  if (error instanceof DatabaseRefusal) return error;
  const { code = '', message, cause } = error as Error & { code?: string };
  const mend = MENDED_BY[code];
  if (mend !== undefined) {
    return new DatabaseRefusal(`The database refuses (${code}): ${message}.\n  ${mend}`);
  }
  if (CERTIFICATE_CODES.test(code) || /does not support SSL/.test(message)) {
    return new DatabaseRefusal(
      `The connection to the database can't be encrypted as DATABASE_URL says: ${message}.\n` +
        '  Look at sslmode and sslrootcert in DATABASE_URL; docs/operations.md says what they mean.',
    );
  }
  if (/channel_binding/.test(message)) return new DatabaseRefusal(`${message}.`);
  const { driverError } = error as { driverError?: unknown };
  return refusalIn(driverError ?? cause, depth + 1);
}
