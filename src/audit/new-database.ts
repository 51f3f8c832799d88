import type { StatementRunner } from '../database/transactions.js';

/** Everything that staff create leaves an event, so an empty record belongs to an empty database. */
const NEW_DATABASE = {
  name: 'nothing-to-be-on-record',
  text: `
    SELECT NOT (EXISTS (SELECT FROM audit_events) OR EXISTS (SELECT FROM consumers)
      OR EXISTS (SELECT FROM api_keys)) AS "isNew"`,
};

/** Whether the database contains nothing that would have left an event. @throws as the runner does */
export async function isNewDatabase(runner: StatementRunner): Promise<boolean> {
  const [found] = await runner.run<{ isNew: boolean }>(NEW_DATABASE);
  return found?.isNew === true;
}
