import type { PageRefusalReason } from '../pages/page-refusal.js';
import type { AuthorizationRequestStatus } from '../tokens/authorization-request-reader.js';

/** Reasons why a page or a form of the resource owner is refused. */
export type OwnerRefusalReason =
  | PageRefusalReason
  | Exclude<AuthorizationRequestStatus, 'pending'>
  | 'unknown'
  | 'consumer-disabled'
  | 'no-consent-page';
