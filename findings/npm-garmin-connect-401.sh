#!/usr/bin/env bash
# npm garmin-connect 1.6.2: a sign-in that is refused with 401 goes on with a token that is `{}`; with 400 it is reported.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent garmin-connect@1.6.2 axios@1.21.1 >&2

cat > refused.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import garmin from 'garmin-connect';

const { version } = JSON.parse(readFileSync('node_modules/garmin-connect/package.json', 'utf8'));
const problem = 'oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1-601';
// A provider that refuses everything, and says why.
let status;
let asked = [];
const provider = createServer((request, response) => {
  asked.push(/oauth\/([a-z]+)/.exec(request.url)[1]);
  response.writeHead(status, { 'WWW-Authenticate': 'OAuth', 'Content-Type': 'application/x-www-form-urlencoded' });
  response.end(problem);
});
await new Promise((resolve) => provider.listen(0, '127.0.0.1', resolve));
// The program tells of a refusal on the console, too.
console.error = () => undefined;

async function signIn(refusedWith) {
  status = refusedWith;
  asked = [];
  const { client } = new garmin.GarminConnect({ username: 'jane', password: 'unused' });
  client.url.GC_API = `http://127.0.0.1:${provider.address().port}`;
  client.OAUTH_CONSUMER = { key: 'k', secret: 's' };
  let token = 'none';
  try {
    // The two signed steps of `login`, as they stand there.
    const oauth1 = await client.getOauth1Token('ST-1');
    token = JSON.stringify(oauth1.token);
    await client.exchange(oauth1);
  } catch (error) {
    return { asked: asked.join(', '), token, name: error.name, told: error.message };
  }
}
const seen = { 400: await signIn(400), 401: await signIn(401) };
provider.close();
provider.closeAllConnections();

console.log(`program:  npm garmin-connect ${version}`);
console.log(`given:    a sign-in whose first signed request is refused, with ${problem}`);
console.log('expected: an error that says so, whatever the status');
for (const [code, one] of Object.entries(seen)) {
  console.log(`seen:     ${code}: asked for ${one.asked}; token: ${one.token}; ${one.name}: ${one.told}`);
}
const told = (code) => seen[code].told.includes('timestamp_refused');
process.exitCode =
  told(400) && seen[400].asked === 'preauthorized' && !told(401) && seen[401].token === '{}' &&
  seen[401].asked === 'preauthorized, exchange' && seen[401].name === 'TypeError' ? 0 : 1;
JS
timeout 60 node refused.mjs || { echo 'Not as recorded.' >&2; exit 1; }
