// Consumers and tokens, written directly into the database, because creating them over HTTP would take longer than
// the measurement.
import { randomBytes } from 'node:crypto';
import { newToken } from '../dist/secrets/random-values.js';
import { SecretBox } from '../dist/secrets/secret-box.js';
import { GrantedRows } from './granted-rows.mjs';

const CONSUMERS = 50;
const ACCESS_TOKENS = 1000;
const ROWS_A_STATEMENT = 5000;
const SUBJECT = 'jane';
const SCOPES = ['photos'];
const random = () => randomBytes(24).toString('base64url');

export class Credentials {
  /** @param database a connected client of pg; @param sealingKey `{ id, key }` */
  constructor(database, sealingKey) {
    this.database = database;
    this.secrets = new SecretBox([sealingKey]);
    this.granted = new GrantedRows(sealingKey);
  }

  async createConsumers() {
    this.consumers = Array.from({ length: CONSUMERS }, () => ({ key: random(), secret: random() }));
    await this.database.query(
      `INSERT INTO consumers (consumer_key, secret, name, callback_urls, scopes, signature_methods,
         two_legged, allowed_addresses, labels, status, version, grant_mac)
       SELECT consumer_key, secret, 'Bench', '{}', '{photos}', '{HMAC-SHA1}', false, '{}', '{}',
         'active', 1, grant_mac
       FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS made (consumer_key, secret, grant_mac)`,
      [
        this.consumers.map(({ key }) => key),
        this.consumers.map(({ key, secret }) => this.#seal('consumers', key, secret)),
        this.consumers.map(({ key }) => this.granted.consumerMac(key)),
      ],
    );
  }

  /** Access tokens for any number of signed requests. */
  async createAccessTokens() {
    const made = this.#make(ACCESS_TOKENS);
    await this.database.query(
      `INSERT INTO access_tokens (token, consumer_key, secret, grant_mac, subject, scopes)
       SELECT token, consumer_key, secret, grant_mac, $5, $6::text[]
       FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])
         AS made (token, consumer_key, secret, grant_mac)`,
      [
        ...this.#columns('access_tokens', made),
        made.map(({ token, consumer }) =>
          this.granted.accessTokenMac({
            token,
            consumerKey: consumer.key,
            subject: SUBJECT,
            scopes: SCOPES,
          }),
        ),
        SUBJECT,
        SCOPES,
      ],
    );
    await this.database.query('ANALYZE consumers, access_tokens');
    return made;
  }

  /** Temporary credentials that their owner has allowed. Each can be exchanged once. */
  async createAcceptedTemporaryCredentials(count) {
    const made = this.#make(count).map((row) => ({ ...row, verifier: random() }));
    const expiresAtMs = Date.now() + 3_600_000;
    for (let from = 0; from < count; from += ROWS_A_STATEMENT) {
      const rows = made.slice(from, from + ROWS_A_STATEMENT);
      await this.database.query(
        `INSERT INTO temporary_credentials (token, consumer_key, secret, callback, scopes,
           expires_at, decision, decided_at, subject, granted_scopes, verifier_hash)
         SELECT token, consumer_key, secret, 'oob', $6::text[], to_timestamp($7::float8 / 1000),
           'allowed', now(), $5, $6::text[], verifier_hash
         FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])
           AS made (token, consumer_key, secret, verifier_hash)`,
        [
          ...this.#columns('temporary_credentials', rows),
          rows.map(({ token, verifier, consumer }) =>
            this.granted.verifierMac({
              token,
              consumerKey: consumer.key,
              expiresAtMs,
              subject: SUBJECT,
              scopes: SCOPES,
              verifier,
            }),
          ),
          SUBJECT,
          SCOPES,
          expiresAtMs,
        ],
      );
    }
    await this.database.query('ANALYZE temporary_credentials');
    await this.database.query('CHECKPOINT').catch(() => undefined);
    return made;
  }

  #make(count) {
    return Array.from({ length: count }, (_, index) => ({
      token: newToken(),
      secret: random(),
      consumer: this.consumers[index % CONSUMERS],
    }));
  }

  #columns(table, rows) {
    return [
      rows.map(({ token }) => token),
      rows.map(({ consumer }) => consumer.key),
      rows.map(({ token, secret }) => this.#seal(table, token, secret)),
    ];
  }

  #seal(table, row, secret) {
    return this.secrets.seal(secret, { table, row, column: 'secret' });
  }
}
