// `npm run bench:hints`: the processor time, in µs, of one search for the mistake in a wrong signature. The signature
// is random, so all mistakes are tried. Goals: a median of 250 µs for a typical request, and at most 5 ms for the
// largest request that is searched, because a search blocks all other requests.
//
//   node bench/hints.mjs [--searches 2000]
import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parseFormEncoded } from '../dist/protocol/form-encoding.js';
import { signatureHint } from '../dist/protocol/hints/signature-hint.js';
import { signatureMethodNamed } from '../dist/protocol/signature-methods.js';

const TYPICAL_MICROSECONDS = 250;
const LARGEST_MICROSECONDS = 5_000;
const { values } = parseArgs({ options: { searches: { type: 'string', default: '2000' } } });
const searches = Number(values.searches);

const text = (seed) => createHash('sha256').update(seed).digest('hex').slice(0, 32);
const form = (formBody) => ({ method: 'POST', formBody });
const pairs = (count, pair) => Array.from({ length: count }, (_, n) => pair(n)).join('&');

const TYPICAL = {
  'GET, no query': {},
  'GET, a query': { rawQuery: 'count=20&q=black%20cat' },
  'POST, a form': form('status=Hello%20Ladies%20%2B%20Gentlemen%21&include_entities=true'),
};
const LARGEST = {
  '250 parameters': form(pairs(250, (n) => `n${n}=v%20${n}%C3%BC`)),
  '250 of one name': form(pairs(250, (n) => `n=v%20${n}%C3%BC`)),
  'a value of 12 kB, escaped': form(`a=${'%20'.repeat(4_000)}`),
  'a value of 12 kB, plain': form(`a=${'x'.repeat(12_000)}`),
  'a form of 16 KiB': form(`a=${'x+'.repeat(8_000)}`),
  // Staff may have requests of any size searched, strangers only up to 16 KiB. More escapes would exceed another
  // limit.
  'a form of 64 KiB': form(`a=${'xxxxx+'.repeat(10_700)}`),
  'JSON of 64 KiB': { method: 'POST', otherBody: `{"a":"${'x'.repeat(64_000)}"}` },
};

function request(shape) {
  const { rawQuery = '', formBody = '' } = shape;
  return {
    method: 'GET',
    scheme: 'https',
    authority: 'api.example.com',
    otherAuthorities: ['internal.example:8080'],
    path: '/1.1/statuses/home_timeline.json',
    otherBody: '',
    realm: undefined,
    hasToken: true,
    consumerSecret: text('consumer'),
    tokenSecret: text('token'),
    header: [
      ['oauth_consumer_key', text('key').slice(0, 24)],
      ['oauth_token', text('identifier').slice(0, 24)],
      ['oauth_signature_method', 'HMAC-SHA1'],
      ['oauth_timestamp', '1191242096'],
      ['oauth_nonce', text('nonce').slice(0, 16)],
      ['oauth_version', '1.0'],
    ],
    ...shape,
    rawQuery,
    formBody,
    query: parseFormEncoded(rawQuery),
    form: parseFormEncoded(formBody),
  };
}

const method = signatureMethodNamed('HMAC-SHA1');
let isWithin = true;
for (const [shapes, goal, at] of [
  [TYPICAL, TYPICAL_MICROSECONDS, 0.5],
  [LARGEST, LARGEST_MICROSECONDS, 0.99],
]) {
  for (const [name, shape] of Object.entries(shapes)) {
    const count = goal === TYPICAL_MICROSECONDS ? searches : Math.ceil(searches / 10);
    const times = measured(shape, count);
    const quantile = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
    const figures = [quantile(0.5), quantile(0.99)].map((time) => String(time).padStart(6));
    isWithin &&= quantile(at) <= goal;
    const verdict = quantile(at) <= goal ? '' : `, beyond the ${goal} µs allowed`;
    console.log(`${name.padEnd(26)} median ${figures[0]} µs   p99 ${figures[1]} µs${verdict}`);
  }
}
process.exitCode = isWithin ? 0 : 1;

/** The processor time of each search in µs, sorted. Half as many searches warm up first. */
function measured(shape, count) {
  const times = [];
  for (let n = -count / 2; n < count; n += 1) {
    const refused = request(shape);
    const signature = randomBytes(20).toString('base64');
    const before = process.cpuUsage();
    const hint = signatureHint(refused, { method, signature });
    const { user, system } = process.cpuUsage(before);
    if (hint !== undefined) throw new Error(`a random signature was explained: ${hint.code}`);
    if (n >= 0) times.push(user + system);
  }
  return times.sort((a, b) => a - b);
}
