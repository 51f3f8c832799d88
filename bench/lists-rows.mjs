// Rows for the lists, written by the database itself: what is common, what is rare, and what stands all
// at the end, as an import of last week does.
import { withoutIndexes } from './growth-rows.mjs';

const random = (n) => `translate(encode(sha256(int8send(${n})), 'base64'), '+/=', '-_')`;

/** @param rows how many of each kind; @param say hears what is going on */
export async function fillLists(client, rows, say) {
  await client.query("SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'");
  await client.query('SET session_replication_role = replica');
  for (const [table, insert] of Object.entries(INSERTS)) {
    await withoutIndexes(client, table, () => client.query(insert(rows)));
    say(`${rows} ${table}`);
  }
  await client.query('SET session_replication_role = origin');
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
}

const INSERTS = {
  // One in a thousand is disabled. Names: five zebras, a kiosk in a thousand, a photo album in twenty,
  // and at the end a hundredth by the name of Acme and two hundredths by that of Zenith.
  consumers: (rows) => `
    INSERT INTO consumers (consumer_key, secret, name, callback_urls, scopes, signature_methods,
      two_legged, allowed_addresses, labels, status, version, created_at)
    SELECT CASE n WHEN 1 THEN 'big' ELSE substr(${random('n')}, 1, 32) END,
      sha256(int8send(n)) || sha256(int8send(-n)),
      CASE
        WHEN n % ${Math.ceil(rows / 5)} = 7 THEN 'Zebra § 東京 ' || n
        WHEN n > ${Math.round(rows * 0.99)} THEN 'Acme printing ' || n
        WHEN n > ${Math.round(rows * 0.97)} THEN 'Zenith ' || n
        WHEN n % 1000 = 1 THEN 'Kiosk ' || n
        WHEN n % 20 = 0 THEN 'Photo album ' || n
        ELSE 'Consumer ' || n
      END,
      '{}', '{photos}', '{HMAC-SHA1}', false, '{}', '{}',
      CASE WHEN n % 1000 = 3 THEN 'disabled' ELSE 'active' END, 1,
      now() - (${rows} - n) * interval '1 second'
    FROM generate_series(1, ${rows}) AS n`,

  // Half belong to one consumer, a tenth to one subject; the oldest three tenths have expired, three
  // tenths never will. One in a thousand is revoked. Subject "rare" is with the big consumer three times.
  access_tokens: (rows) => `
    INSERT INTO access_tokens (token, consumer_key, temporary_token, secret, subject, scopes,
      created_at, expires_at, revoked_at)
    SELECT substr(${random('n + 100000000')}, 1, 32),
      CASE WHEN n % 2 = 0 THEN 'big' ELSE substr(${random(`2 + n % 50000`)}, 1, 32) END,
      substr(${random('n + 200000000')}, 1, 32),
      sha256(int8send(n)) || sha256(int8send(-n)),
      CASE
        WHEN n % ${Math.ceil(rows / 3)} = 8 THEN 'rare'
        WHEN n % 10 = 0 THEN 'popular'
        WHEN n % 10 = 1 THEN 'rare'
        ELSE 'owner ' || n / 5
      END,
      '{photos}', now() - (${rows} - n) * interval '1 second',
      CASE
        WHEN n <= ${Math.round(rows * 0.3)} THEN now() - interval '1 minute'
        WHEN n % 7 < 3 THEN NULL
        ELSE now() + interval '1 day' + n * interval '1 second'
      END,
      CASE WHEN n % 1000 = 7 OR n % 1000 = 10 THEN now() END
    FROM generate_series(1, ${rows}) AS n`,

  // Half of it is the work of one key; a fifth are refusals of one kind. Twenty acts of one person.
  audit_events: (rows) => `
    INSERT INTO audit_events (id, at, actor, action, target, detail, hash)
    SELECT n, now() - (${rows} - n) * interval '1 second',
      CASE
        WHEN n % ${Math.ceil(rows / 20)} = 9 THEN 'anna@https://issuer.example.com'
        WHEN n % 5 = 0 THEN 'address:192.0.2.' || n % 200
        WHEN n % 2 = 0 THEN 'ADMIN_API_KEY'
        ELSE 'api_key:' || substr(${random('n % 20')}, 1, 12)
      END,
      CASE
        WHEN n % ${Math.ceil(rows / 50)} = 4 THEN 'api_key.delete'
        WHEN n % 5 = 0 THEN 'call.refuse'
        WHEN n % 3 = 0 THEN 'token.mint'
        ELSE 'consumer.change'
      END,
      CASE WHEN n % 5 = 0 THEN 'POST /admin/consumers' ELSE 'consumer:' || n % 50000 END,
      '{"changes":{"name":{"from":"a","to":"b"}}}', encode(sha256(int8send(n)), 'hex')
    FROM generate_series(1, ${rows}) AS n`,

  api_keys: (rows) => `
    INSERT INTO api_keys (id, name, role, hash, created_at)
    SELECT substr(${random('n')}, 1, 12), 'Key ' || n, 'auditor', sha256(int8send(n)),
      now() - (${rows} - n) * interval '1 second'
    FROM generate_series(1, ${rows}) AS n ON CONFLICT DO NOTHING`,
};
