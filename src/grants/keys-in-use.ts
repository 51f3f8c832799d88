import { Injectable } from '@nestjs/common';
import type { StatementRunner } from '../database/transactions.js';
import { DerivedKeys } from '../secrets/derived-keys.js';

/** Rows of the database need keys that this process does not have. */
export class KeysMissing extends Error {
  constructor(ids: readonly string[]) {
    super(
      `SECRET_KEYS lacks what rows of the database need: ${ids.join(', ')}. Put it back, behind the others, ` +
        'until npm run reseal has moved all to the first key.',
    );
  }
}

// A process that lacks a key inserts nothing, so that keys of another configuration do not reach other replicas.
const BEGIN = {
  name: 'begin-to-use-key',
  text: `
    WITH missing AS (
      SELECT key_id FROM secret_keys_in_use WHERE key_id <> ALL ($1::text[])
    ), begun AS (
      INSERT INTO secret_keys_in_use (key_id) SELECT ($1::text[])[1]
      WHERE NOT EXISTS (SELECT FROM missing)
        AND NOT EXISTS (SELECT FROM secret_keys_in_use WHERE key_id = ($1::text[])[1])
      ON CONFLICT DO NOTHING
    )
    SELECT key_id AS id FROM missing ORDER BY 1`,
};

const ADD = {
  name: 'use-key',
  text: 'INSERT INTO secret_keys_in_use (key_id) VALUES ($1) ON CONFLICT DO NOTHING',
};

const END_OTHERS = {
  name: 'end-use-of-other-keys',
  text: 'DELETE FROM secret_keys_in_use WHERE key_id <> $1',
};

/**
 * The keys that rows of the database need. Only the first key of a ring seals and makes MACs, so its id is recorded
 * before its first use. `npm run reseal` deletes the other ids when no row needs them any more. So a check of a few
 * ids replaces a check of millions of rows.
 *
 * This prevents operators from removing a key too early. It is no protection against attackers: the seal or MAC of
 * each row is that.
 */
@Injectable()
export class KeysInUse {
  constructor(private readonly keys: DerivedKeys) {}

  /**
   * Checks that this process has every key that rows need, and records its first key.
   *
   * @throws KeysMissing; the errors of the runner
   */
  async begin(runner: StatementRunner): Promise<void> {
    const missing = await runner.run<{ id: string }>(BEGIN, [this.keys.ids]);
    if (missing.length > 0) throw new KeysMissing(missing.map(({ id }) => id));
  }

  /** Records only the first key of the ring, for a program that re-encrypts rows with that key. */
  async add(runner: StatementRunner): Promise<void> {
    await runner.run(ADD, [this.keys.ids[0]]);
  }

  /** Call this after all rows were moved to the first key. A replica that still uses another key records it again. */
  async endOthers(runner: StatementRunner): Promise<void> {
    await runner.run(END_OTHERS, [this.keys.ids[0]]);
  }
}
