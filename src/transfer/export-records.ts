import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Statement } from '../database/statements.js';
import { Transactions, type Transaction } from '../database/transactions.js';
import { consumerFields, selectedAs } from '../consumers/consumer-fields.js';
import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { GRANTED_TO_ACCESS_TOKEN, type GrantKind } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import { consumerSecret, previousConsumerSecret } from '../consumers/sealed-secrets.js';

/** What is to be exported, and for whom. */
export interface ExportOrder {
  /** For the record. */
  readonly actor: AuditActor;
  /** Whether the file contains secrets; without them it can't be imported. */
  readonly secrets: boolean;
}

/** How many lines of each kind were written. */
export interface ExportedCounts {
  readonly consumers: number;
  readonly tokens: number;
}

/** A row that is exported as it was granted, or not at all. */
interface GuardedRow extends GrantRow {
  /** Whether it grants nothing, so that its MAC may be missing. */
  readonly getsNothing: boolean;
}

interface ConsumerRow extends GuardedRow {
  readonly consumerKey: string;
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
  readonly previousSecretExpiresAt: Date | null;
}

interface TokenRow extends GuardedRow {
  readonly token: string;
  readonly secret: Buffer;
}

const ROWS = 1_000;

// Columns are named and ordered as in a line. A previous secret that holds no longer stays behind.
const CONSUMERS = {
  name: 'export-consumers',
  text: `
    SELECT consumer_key AS "consumerKey", secret,
      CASE WHEN previous_secret_expires_at > now() THEN previous_secret END AS "previousSecret",
      previous_secret_expires_at AS "previousSecretExpiresAt", ${selectedAs(consumerFields)},
      weak_signatures_until AS "weakSignaturesUntil", created_at AS "createdAt",
      ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac",
      false AS "getsNothing"
    FROM consumers c WHERE consumer_key > $1 ORDER BY consumer_key LIMIT ${ROWS}`,
};

// Scopes that the consumer lost stay behind: no import would take them.
const TOKENS = {
  name: 'export-tokens',
  text: `
    SELECT t.token, t.secret, t.consumer_key AS "consumerKey", t.subject,
      ARRAY(SELECT scope FROM unnest(t.scopes) WITH ORDINALITY AS had (scope, n)
        WHERE scope = ANY (c.scopes) ORDER BY n) AS scopes,
      t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt",
      ${GRANTED_TO_ACCESS_TOKEN} AS granted, t.grant_mac AS "grantMac",
      t.revoked_at IS NOT NULL AS "getsNothing"
    FROM access_tokens t JOIN consumers c USING (consumer_key)
    WHERE t.token > $1 ORDER BY t.token LIMIT ${ROWS}`,
};

/** Writes all consumers and access tokens, as a file that can be imported. */
@Injectable()
export class ExportRecords {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
    private readonly secretBox: SecretBox,
    private readonly grants: Grants,
  ) {}

  /**
   * Writes everything as it was at one moment, in the memory of a thousand lines; the last line says
   * how many came before. That it was asked for is on record before the first line leaves.
   *
   * @param write takes some lines, and is waited for
   * @throws StoreUnavailable; SealBroken; what `write` throws
   */
  async run(
    { actor, secrets }: ExportOrder,
    write: (lines: string) => Promise<void>,
  ): Promise<ExportedCounts> {
    await this.audit.note({
      actor,
      action: 'records.export',
      target: 'records:all',
      detail: { secrets },
    });
    return this.transactions.runOnSnapshot(async (transaction) => {
      let consumers = 0;
      for await (const rows of pagesOf<ConsumerRow>(transaction, CONSUMERS, 'consumerKey')) {
        const genuine = secrets ? this.genuine('consumer', rows) : rows;
        await write(genuine.map((row) => this.consumerLine(row, secrets)).join(''));
        consumers += genuine.length;
      }
      let tokens = 0;
      for await (const rows of pagesOf<TokenRow>(transaction, TOKENS, 'token')) {
        const genuine = secrets ? this.genuine('access-token', rows) : rows;
        await write(genuine.map((row) => this.tokenLine(row, secrets)).join(''));
        tokens += genuine.length;
      }
      await write(lineOf({ type: 'end', consumers, tokens }));
      return { consumers, tokens };
    });
  }

  /** Without those that nobody here wrote: from a file that can be imported, they would be granted elsewhere. */
  private genuine<Row extends GuardedRow>(kind: GrantKind, rows: readonly Row[]): Row[] {
    return rows.filter((row) => row.getsNothing || this.grants.hold(kind, row));
  }

  private consumerLine(row: ConsumerRow, secrets: boolean): string {
    const { granted: _, grantMac: __, getsNothing: ___, ...columns } = row;
    const { consumerKey, secret, previousSecret, previousSecretExpiresAt, ...shown } = columns;
    const opened = secrets && {
      consumerSecret: secret && this.secretBox.open(secret, consumerSecret(consumerKey)),
      ...(previousSecret && {
        previousSecret: this.secretBox.open(previousSecret, previousConsumerSecret(consumerKey)),
        previousSecretExpiresAt,
      }),
    };
    return lineOf({ type: 'consumer', consumerKey, ...opened, ...shown });
  }

  private tokenLine(row: TokenRow, secrets: boolean): string {
    const { granted: _, grantMac: __, getsNothing: ___, ...columns } = row;
    const { token, secret, ...shown } = columns;
    const opened = secrets && {
      tokenSecret: this.secretBox.open(secret, accessTokenSecret(token)),
    };
    return lineOf({ type: 'token', token, ...opened, ...shown });
  }
}

async function* pagesOf<Row extends object>(
  transaction: Transaction,
  statement: Statement,
  key: keyof Row,
): AsyncGenerator<Row[]> {
  for (let after: unknown = ''; ;) {
    const rows: Row[] = await transaction.run<Row>(statement, [after]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last[key];
  }
}

/** What is null is left out: it is the default. */
const lineOf = (value: object): string =>
  `${JSON.stringify(value, (_, part: unknown) => part ?? undefined)}\n`;
