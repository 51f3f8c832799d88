import { createTestDatabase, type TestDatabase } from './database.js';
import { startTestService, type TestService } from './service.js';

type Settings = Record<string, string>;

/**
 * Settings, or a function that returns them after it has started what they name, such as an issuer or a database
 * proxy.
 */
type SettingsOf = Settings | ((database: TestDatabase) => Settings | Promise<Settings>);

/**
 * A service with its own database for all tests of the enclosing block. It starts before the first test, and is
 * stopped and its database dropped after the last. Both objects are empty before, so that a block can hold them as
 * constants. An `afterAll` that the block registers later runs after the service has stopped.
 */
export function serviceForAllTests(settings: SettingsOf = {}) {
  const services: TestService[] = [];
  const database = databaseForAllTests(() => Promise.all(services.map(stopIfStarted)));
  /** Another process on the same database, with the same lifetime. */
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

/** A database for all tests of the enclosing block. It is dropped after `stopUsers`. */
export function databaseForAllTests(stopUsers?: () => Promise<unknown>): TestDatabase {
  const database = {} as TestDatabase;
  beforeAll(async () => void Object.assign(database, await createTestDatabase()));
  afterAll(async () => {
    await stopUsers?.();
    await dropIfCreated(database);
  });
  return database;
}

// The service is empty if its start failed.
const stopIfStarted = async (service: Partial<TestService>) => service.stop?.(0);
const dropIfCreated = async (database: Partial<TestDatabase>) => database.drop?.();
