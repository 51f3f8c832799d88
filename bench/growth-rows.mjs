// Rows by the million, written by the database itself. Keys and tokens are spread over their indexes as
// real ones are; the secrets are as long as real ones and open to nobody.
const CONSUMERS = 1_000_000;
const ACCESS_TOKENS = 10_000_000;
const NONCES = 10_000_000;
/** Nonces stand from the beginning of the window on, ahead of all that is measured. */
const NONCES_FROM_SECONDS = -300;
const NONCES_FOR_SECONDS = 1_500;

const random = (n) => `translate(encode(sha256(int8send(${n})), 'base64'), '+/=', '-_')`;
const sealed = (n) => `sha256(int8send(${n})) || sha256(int8send(-(${n})))`;

/** @param scale a part of the full size; @param say hears what is going on */
export async function fill(client, scale, say) {
  const rows = (full) => Math.round(full * scale);
  const consumers = rows(CONSUMERS);
  await client.query("SET maintenance_work_mem = '1GB'; SET work_mem = '1GB'");
  // The foreign key of each token would be looked up by itself.
  await client.query('SET session_replication_role = replica');
  await withoutIndexes(client, 'consumers', async () => {
    await client.query(`
      INSERT INTO consumers (consumer_key, secret, name, callback_urls, scopes, signature_methods,
        two_legged, allowed_addresses, labels, status, version)
      SELECT ${random('n')}, ${sealed('n')}, 'Consumer ' || n, '{}', '{photos}', '{HMAC-SHA1}',
        false, '{}', '{}', 'active', 1
      FROM generate_series(1, ${consumers}) AS n ORDER BY 1`);
  });
  say(`${consumers} consumers`);
  await withoutIndexes(client, 'access_tokens', async () => {
    await client.query(`
      INSERT INTO access_tokens (token, consumer_key, temporary_token, secret, subject, scopes,
        created_at)
      SELECT ${random('n + 100000000')}, ${random(`1 + n % ${consumers}`)},
        ${random('n + 200000000')}, ${sealed('n')}, 'owner ' || n / 5, '{photos}',
        now() - n * interval '1 second'
      FROM generate_series(1, ${rows(ACCESS_TOKENS)}) AS n ORDER BY 1`);
  });
  say(`${rows(ACCESS_TOKENS)} access tokens`);
  await client.query(`
    INSERT INTO nonces (oauth_timestamp, consumer_key, digest)
    SELECT extract(epoch FROM now())::bigint + ${NONCES_FROM_SECONDS} + n % ${NONCES_FOR_SECONDS},
      ${random(`1 + n % ${consumers}`)}, sha256(int8send(n))
    FROM generate_series(1, ${rows(NONCES)}) AS n ORDER BY 1, 2, 3`);
  say(`${rows(NONCES)} nonces`);
  await client.query('SET session_replication_role = origin');
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}

/** What has ended and is to be swept: credentials of both kinds, and nonces nobody can need. */
export async function addEnded(client, count) {
  await client.query(
    `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes, expires_at)
     SELECT 'ended-' || gen_random_uuid(), consumer_key, '\\x00', 'oob', '{}',
       now() - interval '2 hours'
     FROM (SELECT consumer_key FROM consumers LIMIT 1) AS any_consumer, generate_series(1, $1::int)`,
    [count],
  );
  await client.query(
    `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes, revoked_at)
     SELECT 'ended-' || gen_random_uuid(), consumer_key, '\\x00', 'jane', '{}',
       now() - interval '1 year'
     FROM (SELECT consumer_key FROM consumers LIMIT 1) AS any_consumer, generate_series(1, $1::int)`,
    [count],
  );
  // As nonces/nonce-partitions.ts makes them: ten minutes, named by their first second.
  const [{ from }] = (
    await client.query(`
      SELECT coalesce(min(substring(relname FROM '^nonces_(\\d+)$')::bigint),
        extract(epoch FROM now())::bigint / 600 * 600 - 86400) - 600 AS from
      FROM pg_class WHERE relname ~ '^nonces_\\d+$'
        AND substring(relname FROM '^nonces_(\\d+)$')::bigint < extract(epoch FROM now()) - 86000`)
  ).rows;
  await client.query(`CREATE TABLE nonces_${from} PARTITION OF nonces
    FOR VALUES FROM (${from}) TO (${Number(from) + 600})`);
  await client.query(
    `INSERT INTO nonces_${from} SELECT ${from} + n % 600, 'ended', sha256(int8send(n))
     FROM generate_series(1, $1::int) AS n`,
    [10 * count],
  );
  await client.query('CHECKPOINT');
}

/** How many of these are left. */
export async function endedLeft(client) {
  const { rows } = await client.query(`
    SELECT (SELECT count(*) FROM temporary_credentials WHERE token LIKE 'ended-%')
      + (SELECT count(*) FROM access_tokens
         WHERE revoked_at < now() - interval '90 days') AS left`);
  return Number(rows[0].left);
}

/** An index that is built at the end is built in a fraction of the time; constraints stay. */
export async function withoutIndexes(client, table, work) {
  const { rows } = await client.query(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
     FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
     WHERE i.indrelid = $1::regclass AND c.oid IS NULL`,
    [table],
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}
