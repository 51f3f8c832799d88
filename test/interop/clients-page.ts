// docs/clients.md, out of the same data that the matrix is held to: what stands on the page has been
// tried, or `npm run test:interop` fails. No versions: they differ from machine to machine.
import { DANCE, INTEROP_CASES } from './cases.js';
import { INTEROP_CLIENTS } from './clients.js';
import { knownDefect, type KnownDefect } from './known-defects.js';

const INTRODUCTION = `# Clients

What client libraries in use do against this service, unchanged and in their own idiom: the whole
dance (initiate, the owner's consent, exchange), then one signed request for each case, compared with
what \`/oauth/oauth10/echo\` says that it verified. Where a client signs wrongly, it is refused, and the
refusal is pinned.

\`npm run test:interop\` runs all of them (they come from npm and from the Debian packages in
\`.ci/debian-packages\`); \`npm run docs:clients\` writes this page. A test fails when it is out of date.`;

const LEGEND = `✓ served · ✗ refused, since the client signs or sends wrongly · ~ served, but the client sent
something else than it was asked to · – the client can't say it`;

/** The page, as it must stand in docs/clients.md. */
export function clientsPage(): string {
  return [
    INTRODUCTION,
    '## The matrix',
    LEGEND,
    matrix(),
    '## The cases',
    cases(),
    '## What is not served, and why',
    defects(),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

const COLUMNS = [DANCE, ...INTEROP_CASES.map(({ name }) => name)];

function matrix(): string {
  const rows = INTEROP_CLIENTS.map(({ name, from }) => {
    const cells = COLUMNS.map((caseName) => symbolOf(knownDefect(name, caseName)));
    return [name, from, ...cells];
  });
  const header = ['client', 'from', ...COLUMNS.map((_, index) => String(index))];
  return [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function symbolOf(known: KnownDefect | undefined): string {
  if (known === undefined) return '✓';
  if ('refused' in known.outcome) return '✗';
  return 'unable' in known.outcome ? '–' : '~';
}

function cases(): string {
  const rows = INTEROP_CASES.map(({ name, method, query, form, json }, index) => {
    const target = query === undefined ? '' : ` \`?${query}\``;
    const body = form ?? json;
    return `| ${index + 1} | ${name} | ${method}${target}${body === undefined ? '' : ` \`${body}\``} |`;
  });
  return ['| | case | sent |', '| --- | --- | --- |', `| 0 | ${DANCE} | |`, ...rows].join('\n');
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
  return 'refused' in outcome ? ` (${outcome.refused[0]} \`${outcome.refused[1]}\`)` : '';
}
