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

/** A request from a browser of staff. */
export interface ConsoleRequest extends PageRequest {
  readonly texts: Texts;
  /** The request target as received. */
  readonly target: string;
}

/** A request of a signed-in caller that the guard accepted. */
export interface StaffRequest extends ConsoleRequest {
  readonly session: StaffSession;
  /** The actor for the audit trail. */
  readonly actor: AuditActor;
  /** The token for the forms of the page. */
  readonly formToken: string;
  /** Whether this service made the form token for this caller. */
  readonly isFormToken: (sent: string | undefined) => boolean;
  /** Whether the caller has one of these roles. `admin` has them all. */
  readonly may: (...roles: readonly Role[]) => boolean;
}

/** The refusal of a form without the token of a console page. */
export const forgedForm = (): PageRefusal => new PageRefusal('forged', { retryAt: '/console/' });

const staffRequests = new RequestProperty<IncomingMessage, StaffRequest>('staffRequest');

/** Attaches the guard's result to the request. */
export const keepStaffRequest = (request: IncomingMessage, pageRequest: StaffRequest): void =>
  void staffRequests.set(request, pageRequest);

/** The guard's result for the request; undefined before the guard has run. */
export const staffRequestOf = (request: IncomingMessage): StaffRequest | undefined =>
  staffRequests.get(request);

/** The request that the guard accepted. */
export const CurrentRequest = createParamDecorator(
  (_: unknown, context: ExecutionContext): StaffRequest => {
    const pageRequest = staffRequestOf(context.switchToHttp().getRequest<IncomingMessage>());
    if (!pageRequest) throw new Error('A page ran before its guard');
    return pageRequest;
  },
);

/** Reads requests to the console. */
@Injectable()
export class ConsoleRequests {
  private readonly place: PagesPlace;
  private readonly languages: LanguageChoice<Texts>;

  /** Ignores languages that only the owner's pages have. */
  constructor({ trustProxy, production, pagesLanguages }: Settings) {
    // PUBLIC_URL is the address of the other listener.
    this.place = { trustedProxies: new AddressRanges(trustProxy), production };
    const shared = pagesLanguages.filter((tag) => CATALOGUES.some(({ lang }) => lang === tag));
    this.languages = new LanguageChoice(CATALOGUES, shared.length > 0 ? shared : [english.lang]);
  }

  textsFor(request: IncomingMessage): Texts {
    return this.languages.textsFor(request.headers['accept-language']);
  }

  /** The client address. Reads nothing else of the request. @throws RepeatedHeader */
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
