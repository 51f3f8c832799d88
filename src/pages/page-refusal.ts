/** Why a page cannot be shown, or a form not be followed, whosever pages they are. */
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
  /** Of the reply. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A page of this service where it can be tried again. */
  readonly retryAt?: string;
  /** The application that the owner came from. */
  readonly consumer?: { readonly name: string; readonly websiteUrl: string | null };
  /** Where the owner's decision leads, and what that place is called. */
  readonly goOn?: { readonly href: string; readonly place: string };
}

/** A refusal that is shown as an error page, never as a redirect. */
export class PageRefusal<Reason extends string = PageRefusalReason> extends Error {
  /** The status of the reply; 400 where nothing else is said. */
  readonly status: number;

  constructor(
    readonly reason: Reason,
    readonly detail: PageRefusalDetail = {},
  ) {
    super(`Page refused: ${reason}`);
    this.status = STATUSES[reason] ?? 400;
  }
}
