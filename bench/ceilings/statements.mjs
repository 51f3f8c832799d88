// The rate of the database with one statement per transaction: N connections of pg, each in a loop, read and write
// what one request reads and writes. Communicates with the parent process by IPC.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

const FIND = {
  exchange: `SELECT c.*, t.* FROM consumers c
    JOIN temporary_credentials t ON t.token = $2 AND t.consumer_key = c.consumer_key
    WHERE c.consumer_key = $1`,
  resource: `SELECT c.*, t.* FROM consumers c
    JOIN access_tokens t ON t.token = $2 AND t.consumer_key = c.consumer_key
    WHERE c.consumer_key = $1`,
};
const CLAIM = `INSERT INTO nonces (oauth_timestamp, consumer_key, digest) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING 1`;
const WRITE = {
  exchange: `WITH claimed AS (${CLAIM}), used AS (
      UPDATE temporary_credentials SET used_at = now()
      WHERE token = $4 AND consumer_key = $2 AND verifier_hash = $5 AND used_at IS NULL
        AND expires_at > now() AND EXISTS (SELECT FROM claimed)
      RETURNING token, subject, granted_scopes)
    INSERT INTO access_tokens (token, consumer_key, temporary_token, secret, grant_mac, subject, scopes)
    SELECT $6, $2, token, $7, $8, subject, granted_scopes FROM used RETURNING 1`,
  resource: CLAIM,
};

process.once('message', async (job) => {
  const clients = Array.from({ length: job.connections }, () => new pg.Client(job.databaseUrl));
  for (const client of clients) await client.connect();
  const work = job.credentials;
  await drive(job, clients, work.slice(0, job.warmUp), Infinity);
  process.send({ ready: true });
  await new Promise((resolve) => process.once('message', resolve));
  const cpuBefore = process.cpuUsage();
  const result = await drive(job, clients, work.slice(job.warmUp), job.seconds * 1000);
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send({ ...result, loadCpuSeconds: (user + system) / 1e6 });
  await new Promise((resolve) => process.once('message', resolve));
  await Promise.all(clients.map((client) => client.end()));
  process.disconnect();
});

async function drive({ kind }, clients, work, timeLimitMs) {
  let next = 0;
  let answered = 0;
  const wrong = {};
  const startedAt = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < work.length && performance.now() - startedAt < timeLimitMs) {
        const { token, consumer } = work[next++];
        const found = await client.query({
          name: 'find',
          text: FIND[kind],
          values: [consumer.key, token],
        });
        const claim = [Math.floor(Date.now() / 1000), consumer.key, randomBytes(32)];
        const values =
          kind === 'resource'
            ? claim
            : [
                ...claim,
                token,
                found.rows[0].verifier_hash,
                randomBytes(24).toString('base64url'),
                randomBytes(64),
                randomBytes(32),
              ];
        const { rowCount } = await client.query({ name: 'write', text: WRITE[kind], values });
        if (rowCount === 1) answered += 1;
        else wrong['no row'] = (wrong['no row'] ?? 0) + 1;
      }
    }),
  );
  return { answered, perSecond: (answered * 1000) / (performance.now() - startedAt), wrong };
}
