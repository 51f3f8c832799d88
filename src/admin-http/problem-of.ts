import { ApiKeyUnknown } from '../callers/api-keys.js';
import { IssuerUnavailable } from '../callers/staff-tokens.js';
import {
  ConsumerChanged,
  ConsumerKeyTaken,
  ConsumerUnknown,
  SecretOverlapRunning,
} from '../consumers/consumer-refusals.js';
import { EventUnknown } from '../events/event-list.js';
import { InvalidInput } from '../input/input-fault.js';
import { Problem } from '../http/problem-details.js';
import { RepeatedHeader } from '../http/single-header.js';
import { NoPlatformTokens } from '../platform-tokens/no-platform-tokens.js';
import { ScopeUndescribed } from '../scopes/scope-descriptions.js';
import { AccessTokenRefused } from '../tokens/access-token-refusals.js';
import { AuthorizationRequestRefused } from '../tokens/authorization-requests.js';
import { ImportRefused } from '../transfer/import-refused.js';

/** Maps refusals of the domain to problems for staff; undefined for other errors. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof InvalidInput) {
    return new Problem('validation_failed', 'See `errors`.', {
      errors: error.faults,
    });
  }
  if (error instanceof ConsumerUnknown) {
    return new Problem('not_found', 'No consumer has this key.');
  }
  if (error instanceof ConsumerKeyTaken) {
    return new Problem('consumer_key_taken', 'Another consumer has this consumerKey.');
  }
  if (error instanceof ConsumerChanged) {
    return new Problem('precondition_failed', 'The consumer was changed. Read it again first.');
  }
  if (error instanceof SecretOverlapRunning) {
    const until = error.until.toISOString();
    return new Problem('secret_overlap_running', `The previous secret holds until ${until}.`);
  }
  if (error instanceof ApiKeyUnknown) {
    return new Problem('not_found', 'No key has this id.');
  }
  if (error instanceof EventUnknown) {
    return new Problem('not_found', 'No event has this id.');
  }
  if (error instanceof ScopeUndescribed) {
    return new Problem('not_found', 'Staff have not described this scope.');
  }
  if (error instanceof NoPlatformTokens) {
    return new Problem('not_found', 'PLATFORM_TOKEN_ISSUER is not set: there are no signing keys.');
  }
  if (error instanceof IssuerUnavailable) {
    const headers = { 'Retry-After': '1' };
    return new Problem('issuer_unavailable', 'Try again soon.', { headers });
  }
  if (error instanceof ImportRefused) return importProblem(error);
  if (error instanceof AccessTokenRefused) return tokenProblem(error);
  if (error instanceof AuthorizationRequestRefused) return decisionProblem(error.reason);
  if (error instanceof RepeatedHeader) {
    return new Problem('malformed_request', `The header ${error.headerName} was sent twice.`);
  }
  return undefined;
}

/** The pointer to a fault in a file: the number of the line, and then a JSON pointer within it. */
function importProblem({ reason, faults }: ImportRefused): Problem {
  const errors = faults.map(({ line, pointer, detail }) => ({
    pointer: line === 0 ? '' : `/${line}${pointer}`,
    detail,
  }));
  return reason === 'invalid'
    ? new Problem('validation_failed', 'Nothing was imported. See `errors`, by line.', { errors })
    : new Problem('import_conflict', 'Nothing was imported. See `errors`, by line.', { errors });
}

function tokenProblem({ reason, place }: AccessTokenRefused): Problem {
  switch (reason) {
    case 'unknown':
      return new Problem('not_found', 'There is no such token.');
    case 'consumer_unknown':
      return new Problem('not_found', 'No consumer has this key.');
    case 'taken':
      return new Problem('token_taken', 'There is a token of this name already.');
    case 'scopes_exceeded':
      return new Problem('validation_failed', 'See `errors`.', {
        errors: [{ pointer: `/scopes/${place}`, detail: 'is not allowed to the consumer' }],
      });
    default:
      return reason satisfies never;
  }
}

function decisionProblem(reason: AuthorizationRequestRefused['reason']): Problem {
  switch (reason) {
    case 'unknown':
      return new Problem('not_found', 'No authorization request has this token.');
    case 'decided':
      return new Problem('already_decided', 'A decision can not be changed.');
    case 'expired':
      return new Problem(
        'expired',
        'The temporary credentials have expired. The consumer must request new ones.',
      );
    case 'consumer_disabled':
      return new Problem('consumer_disabled', 'The consumer is disabled or has expired.');
    case 'callback_not_registered':
      return new Problem(
        'callback_not_registered',
        'The callback is no longer registered for the consumer.',
      );
    case 'scopes_exceeded':
      return new Problem('validation_failed', 'See `errors`.', {
        errors: [{ pointer: '/scopes', detail: 'must be among the scopes that were asked for' }],
      });
    default:
      return reason satisfies never;
  }
}
