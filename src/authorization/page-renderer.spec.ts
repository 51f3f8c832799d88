import { createHash, randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import { DerivedKeys } from '../secrets/derived-keys.js';
import { copyScript } from '../pages/copy-script.js';
import { CsrfTokens } from '../pages/csrf-tokens.js';
import { PageRenderer } from './page-renderer.js';
import { consentTemplate } from './templates/consent.template.js';
import { connectionsTemplate } from './templates/connections.template.js';
import { layoutTemplate } from './templates/layout.template.js';
import { messageTemplate } from './templates/message.template.js';
import { pinTemplate } from './templates/pin.template.js';
import { signInTemplate } from './templates/sign-in.template.js';
import { stylesheet } from './templates/stylesheet.js';
import { english } from './texts/english.js';

const brand = { name: undefined, logo: undefined, color: '#1d4ed8', legalText: undefined };
const settings = { brand, sessionTtlSeconds: 60 } as Settings;
const keys = new DerivedKeys([{ id: 'k', key: randomBytes(32) }]);
const renderer = new PageRenderer(settings, new CsrfTokens(keys, settings));
const message = { title: '<i>', advice: `"'&<b>` };

describe('a page', () => {
  const { headers, body = '' } = renderer.render('message', english, message, message);
  const html = body.toString();

  it('escapes every value', () => {
    expect(html).toContain('<h1>&lt;i&gt;</h1>');
    expect(html).toContain('<p>&quot;&#39;&amp;&lt;b&gt;</p>');
    const templates = [
      consentTemplate,
      connectionsTemplate,
      messageTemplate,
      pinTemplate,
      signInTemplate,
    ];
    for (const template of templates) expect(template).not.toContain('<%~');
    // The layout's exceptions: our own stylesheet and script, and a page that was escaped already.
    expect(layoutTemplate.match(/<%~[^%]*%>/g)).toEqual([
      '<%~ it.style %>',
      '<%~ it.content %>',
      '<%~ it.script %>',
    ]);
  });

  it('allows its own stylesheet by hash, no script, no frame, no base, nothing from elsewhere', () => {
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(headers['Content-Security-Policy']).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
    );
    expect(html).not.toMatch(/<script|<link|\son\w+=|\sstyle=|@import|url\(/);
  });

  it('lets its form lead to one more place, where it is told to', () => {
    const frame = { ...message, formAction: ['https://printer.example.com'] };
    const policy = renderer.render('message', english, frame, message).headers[
      'Content-Security-Policy'
    ];
    expect(policy).toContain("form-action 'self' https://printer.example.com;");
  });

  it('says nothing of where its form leads, where that may be anywhere', () => {
    const frame = { ...message, formAction: null };
    const { headers } = renderer.render('message', english, frame, message);
    expect(headers['Content-Security-Policy']).not.toContain('form-action');
  });

  it('allows its own script by hash, where it has one', () => {
    const frame = { ...message, script: copyScript };
    const { headers, body = '' } = renderer.render('message', english, frame, message);
    const script = /<script>(.*)<\/script>/s.exec(body.toString())?.[1] ?? '';
    const digest = createHash('sha256').update(script).digest('base64');
    expect(headers['Content-Security-Policy']).toContain(`; script-src 'sha256-${digest}';`);
  });

  it('has a language, a title, one heading, and fits a phone', () => {
    expect(html).toMatch(/<html lang="en">/);
    expect(html).toContain('<title>&lt;i&gt; · OAuth10</title>');
    expect(html).toContain('name="viewport" content="width=device-width, initial-scale=1"');
    expect(html.match(/<h1/g)).toHaveLength(1);
  });

  it('renders in under 10 ms of CPU, the longest of them too', () => {
    const scopes = Array.from({ length: 50 }, (_, n) => ({ name: `s${n}`, title: 'x'.repeat(99) }));
    const consumer = {
      name: 'x'.repeat(200),
      description: 'x'.repeat(2000),
      websiteUrl: 'https://x',
    };
    const data = { consumer, scopes, oauthToken: 'x', formToken: 'x', leadsTo: 'x', lasts: 'x' };
    const render = () => renderer.render('consent', english, message, data);
    for (let n = 0; n < 50; n += 1) render();
    const before = process.cpuUsage();
    for (let n = 0; n < 100; n += 1) render();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 100 / 1000).toBeLessThan(10);
    expect(Buffer.byteLength(render().body ?? '')).toBeLessThan(30_000);
  });
});

describe('the text on the brand’s colour', () => {
  const luminance = (color: string) =>
    [1, 3, 5]
      .map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255)
      .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4))
      .reduce((sum, share, n) => sum + share * ([0.2126, 0.7152, 0.0722][n] ?? 0), 0);

  it.each(['#000000', '#ffffff', '#1d4ed8', '#767676', '#777777', '#ff0000', '#00ff00', '#ffd400'])(
    'on %s has a contrast of 4.5 or more (WCAG 1.4.3)',
    (color) => {
      const white = stylesheet(color).includes('--on-brand:#fff');
      const [light, dark] = [luminance(color), white ? 1 : 0].sort((a, b) => b - a) as [
        number,
        number,
      ];
      expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
    },
  );
});
