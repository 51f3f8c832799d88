import { Injectable } from '@nestjs/common';
import { Eta } from 'eta';
import { createHash } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { formToken } from './form-token.js';
import type { Reply } from './reply.js';
import type { Session } from './sessions.js';
import { connectionsTemplate } from './templates/connections.template.js';
import { consentTemplate } from './templates/consent.template.js';
import { layoutTemplate } from './templates/layout.template.js';
import { messageTemplate } from './templates/message.template.js';
import { pinTemplate } from './templates/pin.template.js';
import { signInTemplate } from './templates/sign-in.template.js';
import { stylesheet } from './templates/stylesheet.js';
import { english, type Texts } from './texts/english.js';

const TEMPLATES = {
  connections: connectionsTemplate,
  consent: consentTemplate,
  message: messageTemplate,
  pin: pinTemplate,
  signIn: signInTemplate,
};

/** What a page is made of beside its template's own data. */
export interface PageFrame {
  readonly title: string;
  readonly status?: number;
  /** Who is signed in, for the page's head. */
  readonly session?: Session | undefined;
  /** Where the page's forms may lead in the end, beside this service itself. */
  readonly formAction?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** Makes pages of templates. Everything is compiled at the start; every value is escaped. */
@Injectable()
export class PageRenderer {
  readonly texts: Texts = english;
  private readonly eta = new Eta({ autoEscape: true });
  private readonly style: string;
  private readonly styleSource: string;

  constructor(private readonly settings: Settings) {
    this.style = stylesheet(settings.brand.color);
    const digest = createHash('sha256').update(this.style).digest('base64');
    this.styleSource = `'sha256-${digest}'`;
    this.eta.loadTemplate('@layout', layoutTemplate);
    for (const [name, template] of Object.entries(TEMPLATES)) {
      this.eta.loadTemplate(`@${name}`, template);
    }
  }

  /** A whole page, with the headers that hold the browser to it. */
  render(template: keyof typeof TEMPLATES, frame: PageFrame, data: object = {}): Reply {
    const { texts, style } = this;
    const { title, session } = frame;
    const content = this.eta.render(`@${template}`, { ...data, title, texts });
    const body = this.eta.render('@layout', {
      texts,
      style,
      title,
      content,
      brand: this.settings.brand,
      session: session && {
        subject: session.subject,
        signOutToken: formToken(session.id, 'sign-out', ''),
      },
    });
    return {
      status: frame.status ?? 200,
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': this.policy(frame.formAction),
        ...frame.headers,
      },
      cookies: frame.cookies ?? [],
      body,
    };
  }

  /** No script, no frame, nothing from elsewhere; forms lead here and where the page says. */
  private policy(formAction: readonly string[] = []): string {
    return [
      "default-src 'none'",
      `style-src ${this.styleSource}`,
      ...(this.settings.brand.logo ? ["img-src 'self'"] : []),
      `form-action ${["'self'", ...formAction].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; ');
  }
}
