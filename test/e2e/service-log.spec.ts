import { startBuiltService } from '../support/built-service.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('the log of a process from its start to its end', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());

  it('names settings that are misspelt, never their values, and tells the end', async () => {
    const service = await startBuiltService(database.url, {
      SWEEP_INTERVAL_SECOND: '4711',
      CONSENT_URL: 'http://127.0.0.1:4000/consent',
    });
    await service.stop();
    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const named = (message: string) => lines.filter(({ msg }) => msg === message);
    expect(named('Unknown setting')).toEqual([
      expect.objectContaining({
        level: expect.stringMatching(/warn/i) as unknown,
        variable: 'SWEEP_INTERVAL_SECOND',
        setting: 'SWEEP_INTERVAL_SECONDS',
      }),
    ]);
    expect(service.output()).not.toContain('4711');
    // SIGINT shuts down without a delay.
    expect(named('stopping')).toEqual([expect.objectContaining({ delaySeconds: 0 })]);
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
  });
});
