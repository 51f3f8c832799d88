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
 * `oauth10 audit begin`: begins an audit trail in a database that is in use, after an altered one was moved away
 * (docs/operations.md). The service begins one only in a new database: otherwise an attacker could empty the audit
 * trail and have a restart begin it again. Exits with 0, or with 2 if there is an audit trail.
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
    // With the wrong SECRET_KEYS, the service could not verify the new audit trail either.
    if (consumer) secretBox.open(consumer.secret, consumerSecret(consumer.key));
    const trail = new AuditTrail(new Transactions(dataSource), proofs);
    await trail.begin(operator('begin'), 'put aside');
    process.stdout.write('The record has begun.\n');
    return 0;
  });
