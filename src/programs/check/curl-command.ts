import type { RawRequest } from '../../input/raw-request.js';
import { octetsOf } from '../../protocol/percent-encoding.js';
import { RestProgramError } from '../rest/rest-program.js';
import { shellWords } from './shell-words.js';

/** The values of the options so far. */
interface Given {
  method?: string;
  urls: string[];
  headers: string[];
  data: string[];
  isGet: boolean;
  isHead: boolean;
}

type Take = (given: Given, value: string) => void;

const FORM = 'application/x-www-form-urlencoded';

const data: Take = (given, value) => {
  if (value.startsWith('@')) refuse(`-d @… reads a file`);
  given.data.push(value);
};
const encoded: Take = (given, value) => {
  const [, name = '', mark = '', content = ''] = /^([^=@]*)([=@]?)([^]*)$/.exec(value) ?? [];
  if (mark === '@') refuse('--data-urlencode …@… reads a file');
  const text = mark === '=' ? content : name;
  given.data.push(`${mark === '=' && name !== '' ? `${name}=` : ''}${encodedAsCurl(text)}`);
};

/** Options with a value, by all their names. */
const WITH_VALUE = new Map<string, Take>([
  ...named<Take>(['-X', '--request'], (given, value) => (given.method = value)),
  ...named<Take>(['-H', '--header'], (given, value) => given.headers.push(value)),
  ...named<Take>(['-A', '--user-agent'], (given, value) =>
    given.headers.push(`User-Agent: ${value}`),
  ),
  ...named<Take>(['-d', '--data', '--data-ascii', '--data-binary'], data),
  ...named<Take>(['--data-raw'], (given, value) => given.data.push(value)),
  ...named<Take>(['--data-urlencode'], encoded),
  ...named<Take>(['--url'], (given, value) => given.urls.push(value)),
]);
/** Options without a value. Those with an empty function do not affect the signature. */
const ALONE = new Map<string, (given: Given) => void>([
  ...named(['-G', '--get'], (given: Given) => (given.isGet = true)),
  ...named(['-I', '--head'], (given: Given) => (given.isHead = true)),
  ...named(
    '-s --silent -S --show-error -v --verbose -i --include -k --insecure -L --location -f --fail -g --globoff --compressed --http1.1 --http2'.split(
      ' ',
    ),
    () => undefined,
  ),
]);

/**
 * The request that a curl command would send. Runs nothing and reads no file.
 *
 * @throws RestProgramError that names an unsupported option
 */
export function parseCurlCommand(command: string): RawRequest {
  const [, ...words] = shellWords(command);
  const given: Given = { urls: [], headers: [], data: [], isGet: false, isHead: false };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-') || word === '-') given.urls.push(word);
    else if (word.startsWith('--')) readOption(given, word, words);
    else readShortOptions(given, word.slice(1), words);
  }
  const [url] = given.urls;
  if (url === undefined || given.urls.length > 1) refuse('one URL is checked at a time');
  const body = given.data.length === 0 || given.isGet ? undefined : given.data.join('&');
  return {
    method: given.method ?? (given.isHead ? 'HEAD' : body === undefined ? 'GET' : 'POST'),
    url: octetsOf(urlOf(url, given)),
    headers: headersOf(given.headers, body !== undefined),
    body: body ?? '',
  };
}

function readOption(given: Given, name: string, words: string[], value?: string): void {
  const alone = ALONE.get(name);
  if (alone) return alone(given);
  const take = WITH_VALUE.get(name);
  if (!take) {
    refuse(
      name === '-u' || name === '--user'
        ? `${name} sends a name and a password, which is not OAuth`
        : `${name} is not read here`,
    );
  }
  const found = value ?? words.shift();
  if (found === undefined) refuse(`${name} needs a value`);
  take(given, found);
}

/** `-sSXPOST`: combined short options. The last one may be followed by its value. */
function readShortOptions(given: Given, letters: string, words: string[]): void {
  for (let n = 0; n < letters.length; n += 1) {
    const name = `-${letters[n]}`;
    const rest = letters.slice(n + 1);
    if (ALONE.has(name)) readOption(given, name, words);
    else return readOption(given, name, words, rest === '' ? undefined : rest);
  }
}

function urlOf(given: string, { isGet, data: pieces }: Given): string {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const url = whole.split('#')[0] ?? '';
  if (!isGet || pieces.length === 0) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${pieces.join('&')}`;
}

function headersOf(lines: readonly string[], hasBody: boolean): Record<string, string> {
  const headers = new Map<string, [name: string, value: string]>();
  if (hasBody) headers.set('content-type', ['Content-Type', FORM]);
  for (const line of lines) {
    if (line.startsWith('@')) refuse('-H @… reads a file');
    const [, name = '', mark = '', text = ''] = /^([^:;]+)([:;])([^]*)$/.exec(line) ?? [];
    if (name === '') refuse('-H must be Name: value');
    const [folded, value] = [name.toLowerCase(), octetsOf(text.trim())];
    // In curl, `Name:` removes a header and `Name;` sends it empty.
    if (mark === ':' && value === '') headers.delete(folded);
    else if (folded === 'authorization' && headers.has(folded)) refuse('two Authorization headers');
    else headers.set(folded, [name, value]);
  }
  return Object.fromEntries(headers.values());
}

/** Encodes as curl does: every octet except letters, digits and -._~ */
const encodedAsCurl = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function named<Value>(names: readonly string[], value: Value): (readonly [string, Value])[] {
  return names.map((name) => [name, value] as const);
}

function refuse(detail: string): never {
  throw new RestProgramError(`curl: ${detail}.`);
}
