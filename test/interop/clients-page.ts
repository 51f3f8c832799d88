// Generates docs/clients.md from the data that the matrix checks, so `npm run test:interop` fails if the page is
// wrong. The page has no versions, because they differ between machines.
import { DANCES, EMPTY_POST, INTEROP_CASES } from './cases.js';
import { CLIENT_METHODS, INTEROP_CLIENTS } from './clients.js';
import type { KnownDefect } from './known-defect.js';
import { knownDefect } from './known-defects.js';

const INTRODUCTION = `# Clients

This page shows how common client libraries work with this service, unchanged and used
in their usual way. Each client runs the authorization flow (initiate, the owner's consent, exchange; the tables call it the dance). Then it sends
one signed request for each case, and the test compares that with the request that \`/oauth/oauth10/echo\` verified. If a client signs wrongly, the
service refuses it, and the test expects that refusal with its hint. There is no hint if a client makes two mistakes at once, or if two mistakes explain the
signature equally well. If a \`compatibility\` flag is named beside a client, its consumer has that flag.

Some clients were built for one service, and only support its paths, its host, or TLS. Such a client is marked *gateway*. It sends its requests to a
gateway that accepts every path, calls \`POST /verify\` with the unchanged request, and returns the verdict.
Its authorization flow passes through a proxy to paths of \`ENDPOINT_ALIASES\`.

\`npm run test:interop\` runs all clients except those marked *apart*. The clients come from npm and from the Debian packages in
\`.ci/debian-packages\`. Those marked *apart* depend on many packages, or on old ones. \`npm ci\`
does not install them; \`npm run test:interop-apart\` installs and runs them, but not in CI.
\`npm run docs:clients\` writes this page. A test fails when the page is out of date.`;

const LEGEND = `✓ served · ✗ refused, because the client signs or sends wrongly · ~ served, but the client did not send
what the case asks for · – the client cannot send this case`;

const METHODS_LEGEND = `This table shows each signature method that a client can be configured to use, for an empty POST without a token
(two-legged). A client that cannot sign without a token has none. PLAINTEXT requires TLS. The test uses it with disconnect, which supports no other method.`;

/** The text of docs/clients.md. */
export function clientsPage(): string {
  return [
    INTRODUCTION,
    '## The matrix',
    LEGEND,
    matrix(),
    '## The cases',
    cases(),
    '## Signature methods',
    METHODS_LEGEND,
    methods(),
    '## What is not served, and why',
    defects(),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

const COLUMNS = [...DANCES, ...INTEROP_CASES].map(({ name }) => name);

function matrix(): string {
  const rows = INTEROP_CLIENTS.map(({ name, from, flags = [], gateway, apart }) => {
    const cells = COLUMNS.map((caseName) => symbolOf(knownDefect(name, caseName)));
    const marks = [gateway && '*gateway*', apart && '*apart*'].filter((mark) => mark);
    return [name, [from, ...marks, ...flags.map((flag) => `\`${flag}\``)].join(', '), ...cells];
  });
  const header = ['client', 'from', ...COLUMNS.map((_, index) => String(index))];
  return tableOf([header, header.map(() => '---'), ...rows]);
}

function symbolOf(known: KnownDefect | undefined): string {
  if (known === undefined) return '✓';
  if ('refused' in known.outcome) return '✗';
  return 'unable' in known.outcome ? '–' : '~';
}

function cases(): string {
  const dances = DANCES.map(({ name, method }) => `${name} | ${method}`);
  const requests = INTEROP_CASES.map(({ name, method, query, form, json }) => {
    const target = query === undefined ? '' : ` \`?${query}\``;
    const body = form ?? json;
    return `${name} | ${method}${target}${body === undefined ? '' : ` \`${body}\``}`;
  });
  const rows = [...dances, ...requests].map((row, index) => `| ${index} | ${row} |`);
  return ['| | case | sent |', '| --- | --- | --- |', ...rows].join('\n');
}

function methods(): string {
  const header = ['client', ...CLIENT_METHODS];
  const rows = INTEROP_CLIENTS.map((client) => [
    client.name,
    ...CLIENT_METHODS.map((method) =>
      client.methods.includes(method) && !client.danceless
        ? symbolOf(knownDefect(client.name, EMPTY_POST.name))
        : '–',
    ),
  ]);
  return tableOf([header, header.map(() => '---'), ...rows]);
}

function tableOf(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function defects(): string {
  return INTEROP_CLIENTS.flatMap(({ name }) => {
    const casesBySentence = new Map<string, number[]>();
    COLUMNS.forEach((caseName, index) => {
      const known = knownDefect(name, caseName);
      if (!known) return;
      const sentence = `${known.defect}${refusalOf(known)}`;
      casesBySentence.set(sentence, [...(casesBySentence.get(sentence) ?? []), index]);
    });
    if (casesBySentence.size === 0) return [];
    const sentences = [...casesBySentence].map(([sentence, cases]) => {
      const all = cases.length === COLUMNS.length;
      return `- ${sentence}: ${all ? 'every case' : `case ${cases.join(', ')}`}`;
    });
    return [`**${name}**\n\n${sentences.join('\n')}`];
  }).join('\n\n');
}

function refusalOf({ outcome }: KnownDefect): string {
  if (!('refused' in outcome)) return '';
  const [status, problem, hint] = outcome.refused;
  return ` (${status} \`${problem}\`${hint === undefined ? '' : `, hint \`${hint}\``})`;
}
