import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestIssuer } from '../support/oidc-issuer.js';
import { everyPage, PAGES } from './every-page.js';
import { authorizeUrl, openStage, watchedContext } from './owner.js';

const DOCS = join(__dirname, '../../docs');
const PICTURES = join(DOCS, 'pages');
const SCHEMES = ['light', 'dark'] as const;
const PHONE = { width: 360, height: 560 };
/** This page needs OpenID Connect. The issuer's own page is not part of the service. */
const CANCELLED = 'sign-in-cancelled';
const ALL: Readonly<Record<string, string>> = {
  ...PAGES,
  [CANCELLED]: 'Sign-in by OpenID Connect was cancelled at the issuer',
};
const files = Object.keys(ALL).flatMap((name) => SCHEMES.map((scheme) => `${name}-${scheme}.png`));

const picture = (name: string, scheme: string) =>
  `<img src="pages/${name}-${scheme}.png" alt="${ALL[name]}, ${scheme}" width="270">`;
const page = `# The resource owner's pages

Each page that the service shows by itself, as a phone shows it, light and dark. On a wider screen the
same column stands in the middle. \`npm run docs:pages\` takes the pictures anew, in Chromium.

## What a page costs

\`npm run bench:pages\` on two cores that did other work beside, 25 November 2026; CPU of the service,
mean of 1,000 pages. A page holds everything but the logo; it loads nothing else.

| page | CPU | size |
| --- | --- | --- |
| consent, 8 scopes | 2.5 ms | 5.7 kB |
| your connections, 20 of them (a full page) | 2.0 ms | 17.9 kB |
| error: unknown request | 0.9 ms | 3.3 kB |

${Object.entries(ALL)
  .map(
    ([name, words]) => `## ${words}

${SCHEMES.map((scheme) => picture(name, scheme)).join('\n')}`,
  )
  .join('\n\n')}
`;

async function takePictures(): Promise<void> {
  rmSync(PICTURES, { recursive: true, force: true });
  mkdirSync(PICTURES, { recursive: true });
  const issuer = await TestIssuer.reserve();
  for (const env of [{}, issuer.env]) {
    const stage = await openStage(env);
    const { context } = await watchedContext(stage, { viewport: PHONE });
    const tab = await context.newPage();
    const shoot = async (name: string): Promise<void> => {
      for (const colorScheme of SCHEMES) {
        await tab.emulateMedia({ colorScheme });
        const path = join(PICTURES, `${name}-${colorScheme}.png`);
        await tab.screenshot({ path, fullPage: true });
      }
    };
    if ('OIDC_ISSUER' in env) {
      await issuer.start(stage.service.publicBase);
      const { token } = await stage.service.initiate(stage.consumer);
      await tab.goto(authorizeUrl(stage, token));
      await tab.getByRole('button', { name: 'Cancel' }).click();
      await shoot(CANCELLED);
      await issuer.stop();
    } else {
      await everyPage(stage, tab, shoot);
    }
    await stage.close();
  }
  writeFileSync(join(DOCS, 'pages.md'), page);
}

describe('docs/pages.md', () => {
  it('shows every page there is (npm run docs:pages takes the pictures)', async () => {
    if (process.env['WRITE_PAGES']) await takePictures();
    expect(readFileSync(join(DOCS, 'pages.md'), 'utf8')).toBe(page);
  });

  it('the pictures are there, and small', () => {
    expect(readdirSync(PICTURES).sort()).toEqual([...files].sort());
    const bytes = files.map((name) => statSync(join(PICTURES, name)).size);
    expect(Math.min(...bytes)).toBeGreaterThan(1_000);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(2_000_000);
  });
});
