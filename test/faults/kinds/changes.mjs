// Planned changes of a running service, under load. No request may fail.
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../../dist/database/data-source.js';
import { migrate } from '../../../dist/database/migrate.js';
import { migrations } from '../../../dist/database/migrations.js';

/** Sends SIGTERM to one replica after the other. Each is replaced before the next one stops. */
export const roll = {
  name: 'roll',
  weight: 2,
  async strike(world) {
    const { findings, replicas, ledger } = world;
    const before = ledger.requests;
    await world.withoutFailure(async () => {
      for (const replica of replicas) {
        const { code } = await replica.terminate();
        findings.expect('I6', code === 0, `${replica.name} did not end in order`, { code });
        await replica.start(0);
        await sleep(300);
      }
    });
    return `${ledger.requests - before} requests, none may fail`;
  },
};

let release = 0;

/**
 * Migrations of a next release, which add to the tables that this release uses. Each migration locks one table: one
 * transaction with several locks could take them in another order than requests do, and deadlock.
 */
function nextRelease() {
  release += 1;
  const tables = ['consumers', 'temporary_credentials', 'access_tokens', 'nonces'];
  const additions = tables.map((table, index) => {
    const column = `of_release_${release}`;
    return class {
      name = `AddTo_${table}_${1_800_000_000_000 + 10 * release + index}`;
      async up(runner) {
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} text`);
        await runner.query(`CREATE INDEX ${table}_${column} ON ${table} (${column})`);
      }
      async down() {}
    };
  });
  return [...migrations, ...additions];
}

/** The next release migrates while this one serves. Replicas that start during the fault are of this release. */
export const migration = {
  name: 'migration',
  weight: 2,
  async strike(world) {
    const { database, ledger } = world;
    const before = ledger.requests;
    let applied;
    await world.withoutFailure(async () => {
      const options = dataSourceOptions({ databasePoolSize: 2 }, database.urlBy(database.port));
      const dataSource = await new DataSource({
        ...options,
        migrations: nextRelease(),
      }).initialize();
      applied = await migrate(dataSource).finally(() => dataSource.destroy());
      await sleep(500);
    });
    return `${applied.length} migrations, ${ledger.requests - before} requests, none may fail`;
  },
};
