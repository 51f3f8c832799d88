import 'reflect-metadata';
import { AuditTrail } from '../audit/audit-trail.js';
import { readHead } from '../audit/record-proofs.js';
import { Statements } from '../database/statements.js';
import { Transactions } from '../database/transactions.js';
import { nothing, operator, ProgramError, runProgram } from './offline-program.js';
import { consumerSecret } from '../consumers/sealed-secrets.js';

const SEALED = {
  name: 'any-sealed-secret',
  text: 'SELECT consumer_key AS key, secret FROM consumers WHERE secret IS NOT NULL LIMIT 1',
};

/**
 * `oauth10 audit begin`: begins a record in a database that is in use, after one that was altered was put
 * aside (docs/operations.md). The service itself does so in a new database alone: whoever emptied the
 * record must not have it begun anew by a restart. Ends with 0, or with 2 when there is a record.
 */
export const beginAudit = (): Promise<void> =>
  runProgram(nothing, async ({ dataSource, secretBox, proofs }) => {
    const statements = new Statements(dataSource);
    const standing = proofs.standingOf(await readHead(statements));
    if (standing !== 'unbegun') {
      throw new ProgramError(
        'There is a record. Put it aside first: docs/operations.md, "Incidents".',
      );
    }
    const [consumer] = await statements.run<{ key: string; secret: Buffer }>(SEALED);
    // With other keys than the service's, the record would be as foreign to it as before.
    if (consumer) secretBox.open(consumer.secret, consumerSecret(consumer.key));
    const trail = new AuditTrail(new Transactions(dataSource), proofs);
    await trail.begin(operator('begin'), 'put aside');
    process.stdout.write('The record has begun.\n');
    return 0;
  });
