/** Reasons why a page or a form is refused, for all kinds of pages. */
export type PageRefusalReason =
  | 'signed-out'
  | 'forged'
  | 'no-cookie'
  | 'malformed'
  | 'not-found'
  | 'method'
  | 'too-many'
  | 'sign-in-unknown'
  | 'sign-in-refused'
  | 'sign-in-failed'
  | 'sign-in-unavailable'
  | 'unavailable'
  | 'unforeseen';

/** Reasons with a status other than 400. */
const STATUSES: Readonly<Record<string, number>> = {
  forged: 403,
  'no-cookie': 403,
  'signed-out': 403,
  'not-found': 404,
  method: 405,
  'too-many': 429,
  unforeseen: 500,
  'no-consent-page': 501,
  forbidden: 403,
  unavailable: 503,
  'sign-in-refused': 403,
  'sign-in-unavailable': 503,
};

/** Details that the error page of a refusal shows. */
export interface PageRefusalDetail {
  /** Headers of the response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A page of this service on which the person can try again. */
  readonly retryAt?: string;
  /** The application that sent the owner here. */
  readonly consumer?: { readonly name: string; readonly websiteUrl: string | null };
  /** The link to the callback after the owner's decision, and the name of its place. */
  readonly goOn?: { readonly href: string; readonly place: string };
}

/** A refusal. It becomes an error page, never a redirect. */
export class PageRefusal<Reason extends string = PageRefusalReason> extends Error {
  /** The status of the response; 400 by default. */
  readonly status: number;

  constructor(
    readonly reason: Reason,
    readonly detail: PageRefusalDetail = {},
  ) {
    super(`Page refused: ${reason}`);
    this.status = STATUSES[reason] ?? 400;
  }
}
