import { Injectable } from '@nestjs/common';
import { Eta } from 'eta';
import { Settings } from '../config/settings.js';
import { pagePolicy } from '../pages/page-policy.js';
import type { Reply } from '../pages/reply.js';
import type { Block } from './blocks.js';
import { copyScript } from '../pages/copy-script.js';
import type { ConsoleRequest, StaffRequest } from './staff-request.js';
import { blocksTemplate } from './templates/blocks.template.js';
import { consoleLayoutTemplate } from './templates/console-layout.template.js';
import { consoleStyle } from './templates/console-style.js';
import type { Texts } from './texts/english.js';

/** The reader of the page, signed in or not. */
type Viewer = Pick<ConsoleRequest, 'texts' | 'target'> &
  Partial<Pick<StaffRequest, 'session' | 'formToken' | 'may'>>;

interface Link {
  readonly href: string;
  readonly text: string;
}

/** The parts of a page around its blocks. */
export interface ConsoleFrame {
  readonly title: string;
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly cookies?: readonly string[];
  /** Links to the pages above this one. */
  readonly trail?: readonly Link[];
  /** Links to the pages beside this one. */
  readonly tabs?: readonly Link[];
  readonly isNarrow?: boolean;
}

/** The sections of the console, in the order of the navigation. */
const SECTIONS = [
  ['overview', '/console/'],
  ['consumers', '/console/consumers'],
  ['tokens', '/console/tokens'],
  ['checkSignature', '/console/signature-check'],
  ['record', '/console/audit-events'],
  ['events', '/console/events'],
  ['apiKeys', '/console/api-keys'],
  ['scopes', '/console/scopes'],
  ['signingKeys', '/console/signing-keys'],
] as const satisfies readonly (readonly [keyof Texts['nav'], string])[];

/** Renders pages from blocks. Compiles all templates at startup and escapes every value. */
@Injectable()
export class ConsoleRenderer {
  private readonly eta = new Eta({ autoEscape: true });
  private readonly style: string;
  private readonly brand: string;
  private readonly sections: readonly (typeof SECTIONS)[number][];

  constructor({ brand, events, platformTokens }: Settings) {
    this.style = consoleStyle(brand.color);
    this.brand = brand.name ?? 'OAuth10';
    const isOn = { events, signingKeys: platformTokens };
    this.sections = SECTIONS.filter(([name]) => !(name in isOn) || isOn[name as keyof typeof isOn]);
    this.eta.loadTemplate('@layout', consoleLayoutTemplate);
    this.eta.loadTemplate('@blocks', blocksTemplate);
  }

  /** A whole page, with its Content-Security-Policy and other headers. */
  render(viewer: Viewer, frame: ConsoleFrame, blocks: readonly Block[]): Reply {
    const { texts, target, session, formToken } = viewer;
    const { style, brand } = this;
    const script = blocks.some(({ is }) => is === 'secret') ? copyScript : undefined;
    const path = target.split('?', 1)[0] ?? '';
    const content = this.eta.render('@blocks', { texts, formToken, blocks });
    const body = this.eta.render('@layout', {
      texts,
      style,
      script,
      brand,
      content,
      formToken,
      title: frame.title,
      caller: session?.caller.name,
      isNarrow: frame.isNarrow ?? false,
      nav: viewer.may?.('auditor') ? this.nav(texts, path) : [],
      trail: frame.trail ?? [],
      tabs: (frame.tabs ?? []).map((one) => ({ ...one, isHere: one.href === path })),
    });
    return {
      status: frame.status ?? 200,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Language': texts.lang,
        Vary: 'Accept-Language',
        'Content-Security-Policy': pagePolicy({ style, script, hasImages: false }),
        ...frame.headers,
      },
      cookies: frame.cookies ?? [],
      body,
    };
  }

  private nav(texts: Texts, path: string) {
    return this.sections.map(([name, href]) => {
      const isBelow = href !== '/console/' && path.startsWith(`${href}/`);
      return { href, text: texts.nav[name], isHere: path === href || isBelow };
    });
  }
}
