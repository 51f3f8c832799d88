// Prints the demo: wrapped text, and requests and responses as sent on the wire.

const COLUMNS = 88;
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code) => (text) => (coloured ? `\x1b[${code}m${text}\x1b[0m` : text);
const bold = paint('1');
const green = paint('32');
const red = paint('31');
const cyan = paint('36');
const dim = paint('2');

// Headers that matter for OAuth are printed; the others are only counted.
const TELLING_HEADERS = ['content-type', 'cache-control', 'www-authenticate', 'location', 'allow'];

const print = (line = '') => process.stdout.write(`${line}\n`);

/** Prints a step's title and one or two sentences about its purpose. */
export function tellStep(title, why) {
  print();
  print(bold(title));
  for (const line of wrapWords(why)) print(line);
}

/** Prints text, wrapped. */
export function tell(text) {
  for (const line of wrapWords(text)) print(line);
}

/** Prints a line without wrapping, so that it can be copied. */
export function tellLine(text) {
  print();
  print(`  ${cyan(text)}`);
  print();
}

/** Prints a check that passed. */
export function tellOk(text) {
  print(green(`  ok  ${text}`));
}

/** Prints a difference from the RFC, which ends the demo. */
export function tellFault(text) {
  print(red(`  DIFFERS  ${text}`));
}

/** Prints the request as sent: `{ method, url, headers, body? }`. The key of a bearer token is hidden. */
export function tellRequest({ method, url, headers, body }) {
  const { host, pathname, search } = new URL(url);
  print();
  wire(cyan('>'), [`${method} ${pathname}${search} HTTP/1.1`, `Host: ${host}`]);
  for (const [name, value] of Object.entries(headers)) wire(cyan('>'), headerLines(name, value));
  if (body !== undefined) wire(cyan('>'), ['', ...bodyLines(body)]);
}

/** Prints the response as received: `{ status, statusText, headers, text }`. */
export function tellReply({ status, statusText, headers, text }) {
  print();
  wire(dim('<'), [`HTTP/1.1 ${status} ${statusText}`]);
  let others = 0;
  for (const [name, value] of headers) {
    if (TELLING_HEADERS.includes(name)) wire(dim('<'), headerLines(name, value));
    else others += 1;
  }
  if (others > 0) print(dim(`< (and ${others} more header fields)`));
  if (text !== '') wire(dim('<'), ['', ...bodyLines(text)]);
  print();
}

function wire(mark, lines) {
  for (const line of lines) {
    const indent = ' '.repeat(line.length - line.trimStart().length + 2);
    let rest = line;
    do {
      print(`${mark} ${rest.slice(0, COLUMNS - 2)}`.trimEnd());
      rest = rest.length > COLUMNS - 2 ? indent + rest.slice(COLUMNS - 2) : '';
    } while (rest !== '');
  }
}

/** Puts each parameter of an OAuth header on its own line. */
function headerLines(name, value) {
  const title = name
    .replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase())
    .replace(/^Www/, 'WWW');
  if (title === 'Authorization' && value.startsWith('Bearer '))
    return [`${title}: Bearer (the admin key)`];
  if (!value.startsWith('OAuth ')) return [`${title}: ${value}`];
  const parameters = value.slice('OAuth '.length).split(/,\s*/);
  const last = parameters.length - 1;
  return [`${title}: OAuth`, ...parameters.map((text, i) => `  ${text}${i < last ? ',' : ''}`)];
}

/** Indents JSON, with short lists on one line; breaks a form before each `&`. */
function bodyLines(body) {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2)
      .replace(/\[[^[\]{}]*\]/g, (list) =>
        list.replace(/\s*\n\s*/g, ' ').replace(/^\[ | \]$/g, (end) => end.trim()),
      )
      .split('\n');
  } catch {
    return body.split(/(?=&)/);
  }
}

function wrapWords(text) {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
