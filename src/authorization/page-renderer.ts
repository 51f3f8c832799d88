import { Injectable } from '@nestjs/common';
import { Eta } from 'eta';
import type { Brand } from '../config/brand.js';
import { Settings } from '../config/settings.js';
import { CsrfTokens } from '../pages/csrf-tokens.js';
import { pagePolicy } from '../pages/page-policy.js';
import type { Reply } from '../pages/reply.js';
import type { Session } from './sessions.js';
import { connectionsTemplate } from './templates/connections.template.js';
import { consentTemplate } from './templates/consent.template.js';
import { layoutTemplate } from './templates/layout.template.js';
import { messageTemplate } from './templates/message.template.js';
import { pinTemplate } from './templates/pin.template.js';
import { signInTemplate } from './templates/sign-in.template.js';
import { stylesheet } from './templates/stylesheet.js';
import type { Texts } from './texts/english.js';

const TEMPLATES = {
  connections: connectionsTemplate,
  consent: consentTemplate,
  message: messageTemplate,
  pin: pinTemplate,
  signIn: signInTemplate,
};

/** The parts of a page around its template. */
export interface PageFrame {
  readonly title: string;
  readonly status?: number;
  /** The session, for the page's header. */
  readonly session?: Session | undefined;
  /** The targets of the page's forms and their redirects, besides this service; null: any target. */
  readonly formAction?: readonly string[] | null;
  /** The page's script, if it has one. */
  readonly script?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** The name on the pages if the operator sets none and PUBLIC_URL is not set. */
const NO_BRAND = 'OAuth10';

const OWN_ADDRESS = /\b(?:href|action|src)="(?=\/oauth\/auz\/)/g;

/** Renders pages from templates. Compiles all templates at startup and escapes every value. */
@Injectable()
export class PageRenderer {
  private readonly eta = new Eta({ autoEscape: true });
  private readonly style: string;
  private readonly brand: Brand & { readonly name: string };

  constructor(
    private readonly settings: Settings,
    private readonly formTokens: CsrfTokens,
  ) {
    const { brand, publicUrl } = settings;
    this.style = stylesheet(brand.color);
    this.brand = { ...brand, name: brand.name ?? publicUrl?.authority ?? NO_BRAND };
    this.eta.loadTemplate('@layout', layoutTemplate);
    for (const [name, template] of Object.entries(TEMPLATES)) {
      this.eta.loadTemplate(`@${name}`, template);
    }
  }

  /** A whole page, with its Content-Security-Policy and other headers. */
  render(
    template: keyof typeof TEMPLATES,
    texts: Texts,
    frame: PageFrame,
    data: object = {},
  ): Reply {
    const { brand, style } = this;
    const { title, session, script, formAction } = frame;
    const hasImages = brand.logo !== undefined;
    const content = this.eta.render(`@${template}`, { ...data, title, texts });
    const body = this.eta.render('@layout', {
      texts,
      style,
      script,
      title,
      content,
      brand,
      session: session && { subject: session.subject, signOutToken: this.signOutToken(session) },
    });
    return {
      status: frame.status ?? 200,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Language': texts.lang,
        Vary: 'Accept-Language',
        'Content-Security-Policy': pagePolicy({ style, script, formAction, hasImages }),
        ...frame.headers,
      },
      cookies: frame.cookies ?? [],
      body: this.placed(body),
    };
  }

  /** Adds the path prefix that a proxy removes to the pages' own addresses. Texts contain no raw quotation mark. */
  private placed(html: string): string {
    const { path = '' } = this.settings.publicUrl ?? {};
    return path === '' ? html : html.replace(OWN_ADDRESS, (attribute) => attribute + path);
  }

  private signOutToken({ subject }: Session): string {
    return this.formTokens.make({ purpose: 'sign-out', subject, about: '' });
  }
}
