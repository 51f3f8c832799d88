#!/usr/bin/env bash
# npm pg 8.23.1: after a query_timeout the ROLLBACK behind it is never sent; the pool lends the open transaction to the next.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent pg@8.23.1 >&2

programs=$(echo /usr/lib/postgresql/*/bin)
owner=()
if [ "$(id -u)" -eq 0 ]; then
  # PostgreSQL refuses to run as root.
  owner=(runuser -u postgres --)
  chmod 711 "$folder"
fi
mkdir data
[ ${#owner[@]} -eq 0 ] || chown postgres data
port=$(/usr/bin/python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
"${owner[@]}" "$programs/initdb" --auth trust --username finder --pgdata data > /dev/null
options="-c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
trap '"${owner[@]}" "$programs/pg_ctl" stop --pgdata data --mode immediate > /dev/null || true; rm -rf "$folder"' EXIT
"${owner[@]}" "$programs/pg_ctl" start --wait --pgdata data --log data/log --options "$options" > /dev/null

cat > pool.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const { version } = JSON.parse(readFileSync('node_modules/pg/package.json', 'utf8'));
const connectionString = `postgres://finder@127.0.0.1:${process.argv[2]}/postgres`;
const pool = new pg.Pool({ connectionString, max: 1, query_timeout: 500 });
const other = new pg.Client({ connectionString });
await other.connect();
await other.query('CREATE TABLE orders (id integer)');
const server = (await other.query('SHOW server_version')).rows[0].server_version;

// As the manual of node-postgres writes a transaction. Its statement is slow this once.
async function transaction() {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_sleep(1.5)');
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
const failure = await transaction().catch((error) => error.message);
await sleep(1_500);

// Somebody else, later, who gets the connection of the pool.
const inserted = (await pool.query('INSERT INTO orders VALUES (1)')).rowCount;
await pool.end();
const kept = (await other.query('SELECT FROM orders')).rowCount;
await other.end();

console.log(`program:  npm pg ${version}, PostgreSQL ${server}`);
console.log('given:    query_timeout 500; BEGIN, a statement of 1.5 s, ROLLBACK for its failure, release();');
console.log('          then pool.query of one INSERT, by somebody else');
console.log('expected: the transaction fails; 1 row inserted, 1 row in the table');
console.log(`seen:     ${failure}; ${inserted} row inserted, ${kept} in the table`);
process.exitCode = failure === 'Query read timeout' && inserted === 1 && kept === 0 ? 0 : 1;
JS
timeout 60 node pool.mjs "$port" || { echo 'Not as recorded.' >&2; exit 1; }
