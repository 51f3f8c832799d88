/** The audit trail in the database was not written by a service with these keys, or was altered since. */
export class RecordNotOurs extends Error {
  constructor(reason: string) {
    super(
      `The record of staff does not fit SECRET_KEYS: ${reason}. Set the keys of the other replicas; if ` +
        'they are the same, the record was altered: npm run audit:verify, then docs/operations.md, "Incidents".',
    );
  }
}
