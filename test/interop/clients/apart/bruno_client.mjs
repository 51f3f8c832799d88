// `@usebruno/cli`: runs a collection of one request with `bru run`.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answerLines, pemOf } from '../answer-lines.mjs';

const BRU = createRequire(import.meta.url).resolve('@usebruno/cli/bin/bru.js');
const run = promisify(execFile);

const block = (name, lines) => `${name} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
const pairs = (fields) => Object.entries(fields).map(([name, value]) => `${name}: ${value}`);

function requestFile({
  key,
  secret,
  token,
  tokenSecret,
  method,
  signatureMethod,
  url,
  kind,
  payload,
}) {
  const isRsa = signatureMethod.startsWith('RSA');
  const body = { form: 'formUrlEncoded', json: 'json' }[kind] ?? 'none';
  const form = kind === 'form' ? [...new URLSearchParams(payload)] : [];
  const oauth1 = {
    consumer_key: key,
    consumer_secret: isRsa ? '' : secret,
    access_token: token,
    token_secret: tokenSecret,
    callback_url: kind === 'callback' ? payload : '',
    verifier: kind === 'verifier' ? payload : '',
    signature_method: signatureMethod,
    private_key: isRsa ? pemOf(secret).replaceAll('\n', '\\n') : '',
    private_key_type: 'text',
    version: '1.0',
    placement: 'header',
    include_body_hash: false,
  };
  return [
    block('meta', ['name: request', 'type: http', 'seq: 1']),
    block(method.toLowerCase(), pairs({ url, body, auth: 'oauth1' })),
    block('auth:oauth1', pairs(oauth1)),
    ...(kind === 'form'
      ? [
          block(
            'body:form-urlencoded',
            form.map((pair) => pair.join(': ')),
          ),
        ]
      : []),
    ...(kind === 'json' ? [block('body:json', [payload])] : []),
  ].join('\n');
}

await answerLines(async (order) => {
  const folder = await mkdtemp(join(tmpdir(), 'oauth10-bruno-'));
  try {
    const collection = JSON.stringify({ version: '1', name: 'matrix', type: 'collection' });
    await writeFile(join(folder, 'bruno.json'), collection);
    await writeFile(join(folder, 'request.bru'), requestFile(order));
    const args = [BRU, 'run', 'request.bru', '--reporter-json', 'replies.json'];
    // It exits with 1 if the reply is a refusal.
    await run(process.execPath, args, { cwd: folder }).catch(() => undefined);
    const [iteration] = JSON.parse(await readFile(join(folder, 'replies.json'), 'utf8'));
    const { status, data } = iteration.results[0].response;
    return [status, typeof data === 'string' ? data : JSON.stringify(data)];
  } finally {
    await rm(folder, { recursive: true });
  }
});
