// docs/clients.md, out of the same data that the matrix is held to: what stands on the page has been
// tried, or `npm run test:interop` fails. No versions: they differ from machine to machine.
import { DANCES, INTEROP_CASES } from './cases.js';
import { CLIENT_METHODS, INTEROP_CLIENTS } from './clients.js';
import { EVERYTHING, type KnownDefect } from './known-defect.js';
import { knownDefect } from './known-defects.js';

const INTRODUCTION = `# Clients

What client libraries in use do against this service, unchanged and in their own idiom: the whole
dance (initiate, the owner's consent, exchange), then one signed request for each case, compared with
what \`/oauth/oauth10/echo\` says that it verified. Where a client signs wrongly, it is refused, and the
refusal is pinned, with the hint that it is given; none stands where two mistakes come together, or two explain the
signature equally. Where a flag of \`compatibility\` is named beside a client, its consumer has that flag.

Some clients were built for one service: its paths, its host, or TLS. Such a client, marked *gateway*, asks a
gateway that takes every path, asks \`POST /verify\` with the request as it came, and says what the verdict was;
its dance passes through a proxy to paths of \`ENDPOINT_ALIASES\`.

\`npm run test:interop\` runs all of them (they come from npm and from the Debian packages in
\`.ci/debian-packages\`) but those marked *apart*. They bring many packages, or some that are old: \`npm ci\`
leaves them out, and \`npm run test:interop-apart\`, which CI does not run, installs and runs them.
\`npm run docs:clients\` writes this page. A test fails when it is out of date.`;

const LEGEND = `✓ served · ✗ refused, since the client signs or sends wrongly · ~ served, but the client sent
something else than it was asked to · – the client can't say it`;

const METHODS_LEGEND = `Each method that a client can be told to use, on an empty POST without a token
(two-legged); a client that can't sign without one has none. PLAINTEXT wants TLS, and is tried with the one that knows nothing else: disconnect.`;

/** The page, as it must stand in docs/clients.md. */
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
        ? symbolOf(knownDefect(client.name, EVERYTHING))
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
