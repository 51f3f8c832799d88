import { DataSource } from 'typeorm';
import { ConsumerSchema } from '../../src/consumers/consumer.schema.js';
import type { ConsumerPosition } from '../../src/consumers/consumer-search.js';
import { ConsumersRepository } from '../../src/consumers/consumers.repository.js';
import { Grants } from '../../src/grants/grants.js';
import { DerivedKeys } from '../../src/secrets/derived-keys.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const ROWS = 100_000;
const LIMIT = 100;
const PAGES = 12;

// "Common" has a gap and an end that are longer than the number of rows that a search scans one by one. "Rare" occurs
// once among the first rows and then near the end. Keys with 245 four-octet letters are too long for the index.
const FILL = `
  INSERT INTO consumers (consumer_key, name, callback_urls, scopes, signature_methods, two_legged,
    allowed_addresses, labels, status, version, created_at)
  SELECT
    CASE
      WHEN n % 9000 = 5 THEN repeat('𐐀', 245) || 'LONG' || n
      WHEN n % 30000 = 8 THEN 'Key-' || n || '-RARE'
      ELSE 'Key-' || n
    END,
    CASE
      WHEN n BETWEEN 30000 AND 45000 OR n > 80000 THEN 'Other %_\\ '
      ELSE 'Common Éclair '
    END || CASE WHEN n = 12 OR n > 99900 THEN 'rare ' ELSE '' END || n,
    '{}', '{}', '{HMAC-SHA1}', false, '{}', '{}',
    CASE WHEN n % 7 = 0 THEN 'disabled' ELSE 'active' END, 1,
    -- three of a second, so that the key decides among them
    now() - (${ROWS} - n) / 3 * interval '1 second'
  FROM generate_series(1, ${ROWS}) n`;

const NAIVE = `
  SELECT consumer_key AS "consumerKey", created_at AS "createdAt" FROM consumers
  WHERE (strpos(lower(consumer_key COLLATE "default"), lower($1)) > 0 OR strpos(lower(name), lower($1)) > 0)
    AND ($2::text IS NULL OR status = $2)
  ORDER BY created_at, consumer_key`;

describe('consumers by a part of their key or name: pages from the first to the last', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let consumers: ConsumersRepository;

  beforeAll(async () => {
    database = await createTestDatabase();
    // The results do not depend on the index (list-plans.spec.ts tests its use). Without it, filling the table is
    // faster.
    await database.query('DROP INDEX consumers_by_part');
    await database.query(FILL);
    await database.query('VACUUM ANALYZE consumers');
    const options = dataSourceOptions({ databasePoolSize: 1 }, database.url, [ConsumerSchema]);
    dataSource = await new DataSource(options).initialize();
    consumers = new ConsumersRepository(
      dataSource.getRepository(ConsumerSchema),
      new Grants(new DerivedKeys([{ id: 'k', key: Buffer.alloc(32, 1) }])),
    );
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it.each([
    'common',
    'rare',
    'RARE',
    '-rare',
    'long',
    'éclair',
    'É',
    '𐐨',
    'other %_\\',
    '%',
    '_\\',
    '5',
    '99',
    'key-12',
    'nothing',
  ])('%s', async (q) => {
    for (const status of [undefined, 'active', 'disabled'] as const) {
      const all = await database.query<ConsumerPosition>(NAIVE, [q, status ?? null]);
      const step = Math.max(1, Math.floor((all.length - 1) / PAGES));
      for (let offset = 0; offset <= all.length; offset += step) {
        const after = offset === 0 ? undefined : all[offset - 1];
        const page = await consumers.page({ q, status }, after, LIMIT);
        const expected = all.slice(offset, offset + LIMIT).map(({ consumerKey }) => consumerKey);
        expect(page.map(({ consumerKey }) => consumerKey)).toEqual(expected);
      }
    }
  });
});
