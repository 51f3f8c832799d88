import { createTestDatabase, type TestDatabase } from './database.js';
import { startTestService, type TestService } from './service.js';

type Settings = Record<string, string>;

/** Settings, or what makes them: it starts first what they name, such as an issuer or a proxy of the database. */
type SettingsOf = Settings | ((database: TestDatabase) => Settings | Promise<Settings>);

/**
 * The service with a database of its own, for all tests of the enclosing block: started before the first of
 * them, stopped and dropped after the last. Until then both objects are empty, so that a block can hold
 * them as constants. An `afterAll` of the block further down runs when the service has stopped.
 */
export function serviceForAllTests(settings: SettingsOf = {}) {
  const services: TestService[] = [];
  const database = databaseForAllTests(() => Promise.all(services.map(stopIfStarted)));
  /** One more process on the same database, as long as the first. */
  const replica = (settings: SettingsOf = {}): TestService => {
    const service = {} as TestService;
    services.push(service);
    beforeAll(async () => {
      const env = typeof settings === 'function' ? await settings(database) : settings;
      Object.assign(service, await startTestService(database.url, env));
    });
    return service;
  };
  return { database, service: replica(settings), replica };
}

/** A database for all tests of the enclosing block, dropped when `stopUsers` is done. */
export function databaseForAllTests(stopUsers?: () => Promise<unknown>): TestDatabase {
  const database = {} as TestDatabase;
  beforeAll(async () => void Object.assign(database, await createTestDatabase()));
  afterAll(async () => {
    await stopUsers?.();
    await dropIfCreated(database);
  });
  return database;
}

// A start that failed leaves them empty.
const stopIfStarted = async (service: Partial<TestService>) => service.stop?.(0);
const dropIfCreated = async (database: Partial<TestDatabase>) => database.drop?.();
