// `newman`: `newman run` of a collection that signs, with one request. With an argument, the collection
// says "Add empty parameters to signature".
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answerLines, pemOf } from '../answer-lines.mjs';

const NEWMAN = createRequire(import.meta.url).resolve('newman/bin/newman.js');
const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
const addEmptyParamsToSign = process.argv[2] === 'addEmptyParamsToSign';
const run = promisify(execFile);

const listOf = (fields) => Object.entries(fields).map(([key, value]) => ({ key, value }));

function bodyOf({ kind, payload }) {
  if (kind === 'json') {
    return { mode: 'raw', raw: payload, options: { raw: { language: 'json' } } };
  }
  if (kind !== 'form') return undefined;
  const form = [...new URLSearchParams(payload)];
  return { mode: 'urlencoded', urlencoded: form.map(([key, value]) => ({ key, value })) };
}

function collectionOf(order) {
  const { key, secret, token, tokenSecret, method, signatureMethod, url, kind, payload } = order;
  const isRsa = signatureMethod.startsWith('RSA');
  const oauth1 = {
    consumerKey: key,
    consumerSecret: isRsa ? '' : secret,
    privateKey: isRsa ? pemOf(secret) : '',
    token,
    tokenSecret,
    signatureMethod,
    version: '1.0',
    addParamsToHeader: true,
    addEmptyParamsToSign,
    callback: kind === 'callback' ? payload : '',
    verifier: kind === 'verifier' ? payload : '',
  };
  return {
    info: { name: 'matrix', schema: SCHEMA },
    auth: { type: 'oauth1', oauth1: listOf(oauth1) },
    item: [{ name: 'request', request: { method, url, body: bodyOf(order) } }],
  };
}

await answerLines(async (order) => {
  const folder = await mkdtemp(join(tmpdir(), 'oauth10-newman-'));
  try {
    await writeFile(join(folder, 'collection.json'), JSON.stringify(collectionOf(order)));
    const reporter = ['--reporters', 'json', '--reporter-json-export', 'replies.json'];
    await run(process.execPath, [NEWMAN, 'run', 'collection.json', ...reporter], { cwd: folder });
    const { run: ran } = JSON.parse(await readFile(join(folder, 'replies.json'), 'utf8'));
    const { code, stream } = ran.executions[0].response;
    return [code, Buffer.from(stream).toString()];
  } finally {
    await rm(folder, { recursive: true });
  }
});
