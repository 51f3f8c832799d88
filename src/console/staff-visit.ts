import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { AuditActor } from '../audit/audit-event.js';
import type { Role } from '../callers/caller.js';
import { Settings } from '../config/settings.js';
import { AddressRanges } from '../http/address-ranges.js';
import { clientFacts } from '../http/client-facts.js';
import { LanguageChoice } from '../pages/language-choice.js';
import { readVisit, type PagesPlace, type Visit } from '../pages/visit.js';
import type { StaffSession } from './staff-sessions.js';
import { CATALOGUES } from './texts/catalogues.js';
import { english, type Texts } from './texts/english.js';
import { RequestProperty } from '../http/request-property.js';

/** What a browser of staff brought. */
export interface ConsoleVisit extends Visit {
  readonly texts: Texts;
  /** The target, as it was asked for. */
  readonly target: string;
}

/** The same, of somebody who is signed in and may. */
export interface StaffVisit extends ConsoleVisit {
  readonly session: StaffSession;
  /** Who acts, for the record. */
  readonly actor: AuditActor;
  /** What the forms of the page carry. */
  readonly formToken: string;
  /** Whether one of the caller's roles is among these; `admin` may everything. */
  readonly may: (...roles: readonly Role[]) => boolean;
}

const visits = new RequestProperty<IncomingMessage, StaffVisit>('visits');

/** Keeps with a request what the guard found out about it. */
export const rememberVisit = (request: IncomingMessage, visit: StaffVisit): void =>
  void visits.set(request, visit);

/** What the guard found out about the request; undefined before it has. */
export const visitOf = (request: IncomingMessage): StaffVisit | undefined => visits.get(request);

/** The visit that the guard let through. */
export const Visiting = createParamDecorator(
  (_: unknown, context: ExecutionContext): StaffVisit => {
    const visit = visitOf(context.switchToHttp().getRequest<IncomingMessage>());
    if (!visit) throw new Error('A page ran without a visit');
    return visit;
  },
);

/** Reads visits of the console. */
@Injectable()
export class ConsoleVisits {
  private readonly place: PagesPlace;
  private readonly languages: LanguageChoice<Texts>;

  /** A language of the owner's pages alone is passed over here. */
  constructor({ trustProxy, production, pagesLanguages }: Settings) {
    // PUBLIC_URL is where the other listener stands.
    this.place = { trustedProxies: new AddressRanges(trustProxy), production };
    const shared = pagesLanguages.filter((tag) => CATALOGUES.some(({ lang }) => lang === tag));
    this.languages = new LanguageChoice(CATALOGUES, shared.length > 0 ? shared : [english.lang]);
  }

  textsFor(request: IncomingMessage): Texts {
    return this.languages.textsFor(request.headers['accept-language']);
  }

  /** Where the request came from, before anything else of it is read. @throws RepeatedHeader */
  addressOf(request: IncomingMessage): string | undefined {
    return clientFacts(request, this.place.trustedProxies).clientAddress;
  }

  /** @throws HttpRefusal 413 or 415 for the body; RepeatedHeader */
  async read(request: IncomingMessage, requestId: string): Promise<ConsoleVisit> {
    const visit = await readVisit(request, requestId, this.place);
    return { ...visit, texts: this.textsFor(request), target: request.url ?? '' };
  }
}
