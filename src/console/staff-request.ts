import { createParamDecorator, Injectable, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import type { AuditActor } from '../audit/audit-event.js';
import type { Role } from '../callers/caller.js';
import { Settings } from '../config/settings.js';
import { AddressRanges } from '../http/address-ranges.js';
import { clientFacts } from '../http/client-facts.js';
import { LanguageChoice } from '../pages/language-choice.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { readPageRequest, type PagesPlace, type PageRequest } from '../pages/page-request.js';
import type { StaffSession } from './staff-sessions.js';
import { CATALOGUES } from './texts/catalogues.js';
import { english, type Texts } from './texts/english.js';
import { RequestProperty } from '../http/request-property.js';

/** What a browser of staff brought. */
export interface ConsoleRequest extends PageRequest {
  readonly texts: Texts;
  /** The target, as it was asked for. */
  readonly target: string;
}

/** The same, of somebody who is signed in and may. */
export interface StaffRequest extends ConsoleRequest {
  readonly session: StaffSession;
  /** Who acts, for the record. */
  readonly actor: AuditActor;
  /** What the forms of the page carry. */
  readonly formToken: string;
  /** Whether a form with this token was made for them. */
  readonly isFormToken: (sent: string | undefined) => boolean;
  /** Whether one of the caller's roles is among these; `admin` may everything. */
  readonly may: (...roles: readonly Role[]) => boolean;
}

/** A form without the token that a page of this console gives. */
export const forgedForm = (): PageRefusal => new PageRefusal('forged', { retryAt: '/console/' });

const staffRequests = new RequestProperty<IncomingMessage, StaffRequest>('staffRequest');

/** Keeps with a request what the guard found out about it. */
export const keepStaffRequest = (request: IncomingMessage, pageRequest: StaffRequest): void =>
  void staffRequests.set(request, pageRequest);

/** What the guard found out about the request; undefined before it has. */
export const staffRequestOf = (request: IncomingMessage): StaffRequest | undefined =>
  staffRequests.get(request);

/** The request that the guard let through. */
export const CurrentRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): StaffRequest => {
    const pageRequest = staffRequestOf(context.switchToHttp().getRequest<IncomingMessage>());
    if (!pageRequest) throw new Error('A page ran before its guard');
    return pageRequest;
  },
);

/** Reads what browsers ask of the console. */
@Injectable()
export class ConsoleRequests {
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
  async read(
    request: IncomingMessage,
    requestId: string,
    body: { readonly isStreamed?: boolean } = {},
  ): Promise<ConsoleRequest> {
    const pageRequest = await readPageRequest(request, requestId, this.place, body);
    return { ...pageRequest, texts: this.textsFor(request), target: request.url ?? '' };
  }
}
