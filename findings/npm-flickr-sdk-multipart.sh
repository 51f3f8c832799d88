#!/usr/bin/env bash
# npm flickr-sdk 7.1.0: GETs are signed in the query; of a POST all OAuth parameters are fields of multipart/form-data.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent flickr-sdk@7.1.0 >&2

cat > calls.mjs <<'JS'
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createFlickr, FetchTransport } from 'flickr-sdk';

const { version } = JSON.parse(readFileSync('node_modules/flickr-sdk/package.json', 'utf8'));
let arrived;
const provider = createServer((request, response) => {
  arrived = request;
  arrived.octets = [];
  request.on('data', (octets) => arrived.octets.push(octets));
  request.on('end', () => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"stat":"ok"}'));
});
await new Promise((resolve) => provider.listen(0, '127.0.0.1', resolve));
// Its addresses are fixed: its requests go to loopback as they are, but for the host.
class ToLoopback extends FetchTransport {
  fetch(url, init) {
    const { pathname, search } = new URL(url);
    return fetch(`http://127.0.0.1:${provider.address().port}${pathname}${search}`, init);
  }
}
const credentials = { consumerKey: 'k', consumerSecret: 's', oauthToken: 't', oauthTokenSecret: 'ts' };
const { flickr } = createFlickr(credentials, new ToLoopback());

/** Whether the signature among these pairs is that of all the others. */
function isSigned(method, pairs) {
  const encoded = pairs
    .filter(([name]) => name !== 'oauth_signature')
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .sort();
  const text = [method, 'https://api.flickr.com/services/rest', encoded.join('&')].map(encodeURIComponent).join('&');
  return new Map(pairs).get('oauth_signature') === createHmac('sha1', 's&ts').update(text).digest('base64');
}
async function call(name) {
  await flickr(name, { photo_id: '7', tags: 'sea' });
  const { method, url, headers, octets } = arrived;
  const type = headers['content-type']?.split(';')[0] ?? 'no body';
  const query = [...new URL(url, 'http://provider').searchParams];
  const fields = type === 'multipart/form-data'
    ? [...(await new Response(Buffer.concat(octets), { headers: { 'Content-Type': headers['content-type'] } }).formData())]
    : [];
  // The three places of RFC 5849 section 3.5.
  const places = {
    header: /^oauth /i.test(headers.authorization ?? ''),
    form: type === 'application/x-www-form-urlencoded',
    query: query.some(([one]) => one === 'oauth_signature'),
  };
  const named = Object.keys(places).filter((place) => places[place]);
  return {
    method,
    inQuery: isSigned(method, query),
    inFields: isSigned(method, fields),
    text: `${method}, ${type}; OAuth parameters in header, form or query: ${named.join() || 'none'}`,
    named,
  };
}
const get = await call('flickr.photos.getInfo');
const post = await call('flickr.photos.addTags');
provider.close();
provider.closeAllConnections();

console.log(`program:  npm flickr-sdk ${version}`);
console.log('given:    flickr.photos.getInfo and flickr.photos.addTags, each with photo_id and tags');
console.log('expected: either signed where RFC 5849 3.5 has it: the header, a form, or the query');
console.log(`seen:     ${get.text}; right signature there: ${get.inQuery}`);
console.log(`          ${post.text}; right signature in the multipart fields: ${post.inFields}`);
process.exitCode =
  get.method === 'GET' && get.inQuery && post.method === 'POST' && post.named.length === 0 && post.inFields ? 0 : 1;
JS
timeout 60 node calls.mjs || { echo 'Not as recorded.' >&2; exit 1; }
