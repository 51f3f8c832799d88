import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import type { Statement } from '../database/statements.js';
import { Transactions, type Transaction } from '../database/transactions.js';
import { consumerFields, selectedAs } from '../consumers/consumer-fields.js';
import { CONSUMER_GRANT, GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import { ACCESS_TOKEN_GRANT } from '../grants/granted.js';
import { Grants, type GrantRow } from '../grants/grants.js';
import { SecretBox } from '../secrets/secret-box.js';
import { accessTokenSecret } from '../tokens/access-token.js';
import { consumerSecret, previousConsumerSecret } from '../consumers/sealed-secrets.js';

/** What to export, and who asked for it. */
export interface ExportOrder {
  /** For the audit event. */
  readonly actor: AuditActor;
  /** Whether the file contains secrets; without them it can't be imported. */
  readonly secrets: boolean;
}

/** How many lines of each kind were written. */
export interface ExportedCounts {
  readonly consumers: number;
  readonly tokens: number;
}

interface ConsumerRow extends GrantRow {
  readonly consumerKey: string;
  readonly secret: Buffer | null;
  readonly previousSecret: Buffer | null;
  readonly previousSecretExpiresAt: Date | null;
}

interface TokenRow extends GrantRow {
  readonly token: string;
  readonly secret: Buffer;
  readonly scopes: readonly string[];
  readonly revokedAt: Date | null;
}

const ROWS = 1_000;

// Names and order of the columns are those of a line. A previous secret that has expired is not exported.
const CONSUMERS = {
  name: 'export-consumers',
  text: `
    SELECT consumer_key AS "consumerKey", secret,
      CASE WHEN previous_secret_expires_at > now() THEN previous_secret END AS "previousSecret",
      previous_secret_expires_at AS "previousSecretExpiresAt", ${selectedAs(consumerFields)},
      weak_signatures_until AS "weakSignaturesUntil", created_at AS "createdAt",
      ${GRANTED_TO_CONSUMER('c')} AS granted, grant_mac AS "grantMac"
    FROM consumers c WHERE consumer_key > $1 ORDER BY consumer_key LIMIT ${ROWS}`,
};

// Scopes that the consumer has lost are not exported: an import would refuse them.
const TOKENS = {
  name: 'export-tokens',
  text: `
    SELECT t.token, t.secret, t.consumer_key AS "consumerKey", t.subject,
      ARRAY(SELECT scope FROM unnest(t.scopes) WITH ORDINALITY AS had (scope, n)
        WHERE scope = ANY (c.scopes) ORDER BY n) AS scopes,
      t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt",
      ${ACCESS_TOKEN_GRANT.sql} AS granted, t.grant_mac AS "grantMac"
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
   * Writes one snapshot of the database, in the memory of a thousand lines; the last line contains the number of
   * lines before it. The export is recorded before the first line is written.
   *
   * @param write writes some lines; the export waits for it
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
        const genuine = secrets ? rows.flatMap((row) => this.genuineConsumer(row)) : rows;
        await write(genuine.map((row) => this.consumerLine(row, secrets)).join(''));
        consumers += genuine.length;
      }
      let tokens = 0;
      for await (const rows of pagesOf<TokenRow>(transaction, TOKENS, 'token')) {
        const genuine = secrets ? rows.flatMap((row) => this.genuineToken(row)) : rows;
        await write(genuine.map((row) => this.tokenLine(row, secrets)).join(''));
        tokens += genuine.length;
      }
      await write(lineOf({ type: 'end', consumers, tokens }));
      return { consumers, tokens };
    });
  }

  /**
   * The row with what it grants; empty if no service with these keys wrote the row. An import of such a line would
   * make its grant valid elsewhere.
   */
  private genuineConsumer(row: ConsumerRow): ConsumerRow[] {
    const { consumerKey } = row;
    const grant = this.grants.verified(CONSUMER_GRANT, row, { consumerKey });
    return grant ? [{ ...row, ...grant }] : [];
  }

  /** The same for a token. A revoked token needs no proof: it is imported as revoked and grants nothing. */
  private genuineToken(row: TokenRow): TokenRow[] {
    if (row.revokedAt !== null) return [row];
    const { token } = row;
    const grant = this.grants.verified(ACCESS_TOKEN_GRANT, row, { token });
    if (!grant) return [];
    return [
      { ...row, ...grant, scopes: grant.scopes.filter((scope) => row.scopes.includes(scope)) },
    ];
  }

  private consumerLine(row: ConsumerRow, secrets: boolean): string {
    const { granted: _, grantMac: __, ...columns } = row;
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
    const { granted: _, grantMac: __, ...columns } = row;
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

/** Leaves out null, which is the default. */
const lineOf = (value: object): string =>
  `${JSON.stringify(value, (_, part: unknown) => part ?? undefined)}\n`;
