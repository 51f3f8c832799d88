import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_PAGES, CONSOLE_SETTINGS, everyConsolePage } from './every-console-page.js';
import { openStage, watchedContext } from './owner.js';

const DOCS = join(__dirname, '../../docs');
const PICTURES = join(DOCS, 'console');
const SCREENS = [
  { name: 'desk', colorScheme: 'light', viewport: { width: 1100, height: 500 }, width: 600 },
  { name: 'phone', colorScheme: 'dark', viewport: { width: 360, height: 500 }, width: 200 },
] as const;
/** The rest of a longer page looks like its beginning. */
const MAX_HEIGHT = 720;
const files = Object.keys(CONSOLE_PAGES).flatMap((page) =>
  SCREENS.map(({ name }) => `${page}-${name}.png`),
);

const page = `# The console

\`/console/\` on the admin listener: pages for the people who run the service. They do what the admin API does, by the same
rules and under the same roles (contract section 6): \`admin\` may everything, \`auditor\` sees everything and changes nothing,
\`consent\` and \`gateway\` see nothing here. Whoever may not, does not see a button, and gets 403 from its address. Every page
has an address that can be sent to a colleague: sign-in leads on to it.

## Sign-in

- **With an API key**, where \`STAFF_OIDC_ISSUER\` is not set: paste it into *API key*. In development the page says where the
  first key lies.
- **By OpenID Connect**: \`STAFF_OIDC_ISSUER\`, \`STAFF_OIDC_CLIENT_ID\` and \`STAFF_OIDC_CLIENT_SECRET\`; redirect URI
  \`/console/signed-in\` as browsers see the admin listener; the roles are those of \`ADMIN_JWT_ROLES_CLAIM\` in the ID token.

A session lies on the server and holds no key. It ends with *Sign out*, after \`SESSION_IDLE_SECONDS\` without a page, after
\`SESSION_TTL_SECONDS\` in any case, and as soon as its key is deleted, expires, or \`ADMIN_API_KEY\` is another. Roles that an
issuer gave hold until the session ends. In production the cookie is sent over https alone: put TLS in front, and name the
proxy in \`TRUST_PROXY\`.

## The first two minutes

1. *Consumers* → *Register consumer*: a name, and the addresses that owners may be sent back to. Everything else has a usual
   value. Hand over the key and the secret that are shown; the secret is shown only once.
2. To rotate: open the consumer, choose the overlap for which the old secret holds beside the new one, *Rotate secret*, and
   hand over the new one.
3. When calls are refused: *Usage and refusals* of the consumer says why, since which day, and what mends it; *Check signature* takes one of
   its requests and says what is wrong and how to mend it.
4. When the platform misses an event: *Events* shows what waits, what was delivered and what is a dead letter, each with its
   last error; *Replay* has one delivered once more.
5. To bring a file of consumers and tokens along: *Consumers* → *Import*. The dry run is ticked and tells the faulty lines. Then
   choose the file once more without it. The file may have any length; one transaction takes over all of it, or nothing.
   Pasted lines do the same up to 64 kB.

The head of *Created* sorts the consumers from the oldest or from the newest; no other column sorts. A page of a list is read from its
index ([0019](adr/0019-a-page-of-a-list-is-read-from-its-index.md)), and the orders that an index serves are these two, as in
\`GET /admin/consumers?order=\`. To find one by its name or key, use the search.

## Figures

Each replica counts in memory what signed requests were answered with, and adds that to PostgreSQL every five seconds: by minute for the
whole service, kept for a day, and by consumer and day, kept for 30 days. These are figures and no promises: what could not be written,
or was not yet when a process was killed, is missing. Keys that nobody registered are counted for the service alone. A replica is called
silent when it has not written for 30 seconds.

Counting a verdict takes 146 to 355 ns, at most 0.4 % of an echo that takes 100 µs of CPU. 1,000 consumers over 30 days with eleven problems and hints each on
every day, and a day of minutes, have 26 MB, indexes included; with all 50 problems and hints as much, since PostgreSQL compresses longer rows.
The overview of a busy day has 31 kB and takes 10.3 ms of CPU. (\`npm run bench:console\`, two cores with a load of eleven, 29 November 2026.)

A page of 50 consumers has 24 kB and takes 0.5 ms of CPU to render (two cores that did other work beside, 28 November
2026); it loads nothing else. \`npm run docs:console\` takes the pictures anew, in Chromium.

${Object.entries(CONSOLE_PAGES)
  .map(
    ([name, words]) => `## ${words}

${SCREENS.map(
  (screen) =>
    `<img src="console/${name}-${screen.name}.png" alt="${words}, ${screen.name}, ${screen.colorScheme}" width="${screen.width}">`,
).join('\n')}`,
  )
  .join('\n\n')}
`;

async function takePictures(): Promise<void> {
  rmSync(PICTURES, { recursive: true, force: true });
  mkdirSync(PICTURES, { recursive: true });
  const stage = await openStage(CONSOLE_SETTINGS);
  const { context } = await watchedContext(stage);
  const tab = await context.newPage();
  await everyConsolePage(stage, tab, async (name) => {
    for (const { name: screen, colorScheme, viewport } of SCREENS) {
      await tab.emulateMedia({ colorScheme });
      await tab.setViewportSize(viewport);
      const height = await tab.evaluate<number>('document.documentElement.scrollHeight');
      const clip = { x: 0, y: 0, width: viewport.width, height: Math.min(height, MAX_HEIGHT) };
      await tab.screenshot({ path: join(PICTURES, `${name}-${screen}.png`), fullPage: true, clip });
    }
  });
  await stage.close();
  writeFileSync(join(DOCS, 'console.md'), page);
}

describe('docs/console.md', () => {
  it('shows every page of the console (npm run docs:console takes the pictures)', async () => {
    if (process.env['WRITE_PAGES']) await takePictures();
    expect(readFileSync(join(DOCS, 'console.md'), 'utf8')).toBe(page);
  }, 180_000);

  it('the pictures are there, and small', () => {
    expect(readdirSync(PICTURES).sort()).toEqual([...files].sort());
    const bytes = files.map((name) => statSync(join(PICTURES, name)).size);
    expect(Math.min(...bytes)).toBeGreaterThan(1_000);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(3_000_000);
  });
});
