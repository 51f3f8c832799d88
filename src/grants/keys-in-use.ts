import { Injectable } from '@nestjs/common';
import type { StatementRunner } from '../database/transactions.js';
import { DerivedKeys } from '../secrets/derived-keys.js';

/** Rows of the database need keys that this process has not. */
export class KeysMissing extends Error {
  constructor(ids: readonly string[]) {
    super(
      `SECRET_KEYS lacks what rows of the database need: ${ids.join(', ')}. Put it back, behind the others, ` +
        'until npm run reseal has moved all to the first key.',
    );
  }
}

// A process that lacks a key writes nothing here, so that keys of a foreign configuration do not reach other replicas.
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
 * Which keys the rows of the database need. The first key of a ring alone seals and makes MACs, so its id
 * is written down before it does; `npm run reseal` strikes out the others once nothing is left under them.
 * So a look at some ids tells what a look at millions of rows would.
 *
 * It keeps operators from dropping a key too soon, and nobody from anything: what a row grants is held to
 * its own seal or MAC.
 */
@Injectable()
export class KeysInUse {
  constructor(private readonly keys: DerivedKeys) {}

  /**
   * Makes sure that this process has every key that rows need, and writes down its own.
   *
   * @throws KeysMissing; as the runner does
   */
  async begin(runner: StatementRunner): Promise<void> {
    const missing = await runner.run<{ id: string }>(BEGIN, [this.keys.ids]);
    if (missing.length > 0) throw new KeysMissing(missing.map(({ id }) => id));
  }

  /** Writes down the first key of the ring alone, for who moves what he can to it. */
  async add(runner: StatementRunner): Promise<void> {
    await runner.run(ADD, [this.keys.ids[0]]);
  }

  /** After everything was moved to the first key. A replica that still uses another writes it down again. */
  async endOthers(runner: StatementRunner): Promise<void> {
    await runner.run(END_OTHERS, [this.keys.ids[0]]);
  }
}
