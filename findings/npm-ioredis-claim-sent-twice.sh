#!/usr/bin/env bash
# npm ioredis 6.0.0: a SET NX whose reply is lost is sent again, unasked; its own claim then answers that it is taken.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent ioredis@6.0.0 >&2

port=$(/usr/bin/python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
timeout 60 redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no > redis.log &
server=$!
trap 'kill "$server" 2> /dev/null || true; wait "$server" || true; rm -rf "$folder"' EXIT

cat > claim.mjs <<'JS'
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import Redis from 'ioredis';

const { version } = JSON.parse(readFileSync('node_modules/ioredis/package.json', 'utf8'));
const address = { host: '127.0.0.1', port: Number(process.argv[2]) };
const direct = new Redis(address);
// Until the server is up.
direct.on('error', () => undefined);
const server = /redis_version:(\S+)/.exec(await direct.info('server'))[1];

// The network: it loses one reply to a SET, and with it the connection, and nothing else.
let sent = 0;
const network = createServer((client) => {
  const upstream = connect(address);
  let isLost = false;
  client.on('data', (octets) => {
    if (/^\*\d+\r\n\$3\r\nset\r\n/i.test(octets)) {
      sent += 1;
      isLost = sent === 1;
    }
    upstream.write(octets);
  });
  upstream.on('data', (octets) => (isLost ? client.destroy() : client.write(octets)));
  client.on('close', () => upstream.destroy());
});
network.listen(0, '127.0.0.1');
await once(network, 'listening');

const redis = new Redis({ host: '127.0.0.1', port: network.address().port });
redis.on('error', () => undefined);
await once(redis, 'ready');
const before = await direct.exists('nonce:n');
const answer = await redis.set('nonce:n', 'mine', 'EX', 600, 'NX').catch((error) => `an error: ${error.message}`);
const held = await direct.get('nonce:n');
redis.disconnect();
direct.disconnect();
network.close();

console.log(`program:  npm ioredis ${version}, its settings its own; Redis ${server}`);
console.log('given:    SET nonce:n mine EX 600 NX, once, of a key that is not there; the connection ends before the reply');
console.log('expected: an error, since nobody knows whether it was done; or OK');
console.log(`seen:     keys before: ${before}; sent: ${sent} times; answer: ${answer}; held by: ${held}`);
process.exitCode = before === 0 && sent === 2 && answer === null && held === 'mine' ? 0 : 1;
JS
timeout 60 node claim.mjs "$port" || { echo 'Not as recorded.' >&2; exit 1; }
