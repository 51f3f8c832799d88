import { ROLES, type Role } from '../callers/caller.js';

/** A JSON Schema, or a reference to one. */
export type Schema = { readonly [keyword: string]: unknown };

interface Body {
  readonly schema: Schema;
  readonly example: unknown;
}

/** What one operation of the admin listener takes and answers, before it is OpenAPI. */
export interface StaffOperation {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** Who may, beside `admin`. */
  readonly roles: readonly Role[];
  readonly parameters?: readonly object[];
  readonly body?: Body & { readonly type?: string };
  /** The body as JSON Merge Patch (RFC 7396), where it may be one. */
  readonly mergePatch?: Body;
  readonly success: {
    readonly status: number;
    readonly description: string;
    readonly type?: string;
    readonly schema?: Schema;
    readonly headers?: object;
  };
  /** A second status of success, with the same body. */
  readonly alsoSuccess?: number;
  /** Statuses beyond those that every operation can answer with. */
  readonly problems?: readonly number[];
}

export const schema = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

export const parameter = (name: string): object => ({ $ref: `#/components/parameters/${name}` });

const JSON_TYPE = 'application/json';
const PROBLEM = { 'application/problem+json': { schema: schema('Problem') } };

/** What each refusal means, whichever operation it is of. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request is not valid; `errors` names the places.',
  401: 'No valid key or token came along.',
  403: 'The role of the caller does not allow this.',
  404: 'There is nothing under this name.',
  409: 'It conflicts with the current state of the resource; `code` says how.',
  410: 'It has expired.',
  412: '`If-Match` names another version.',
  413: 'The body is larger than 64 KiB.',
  415: 'The body is not of the type named above, or is compressed.',
  422: 'The `Idempotency-Key` was used for another request.',
  503: 'The store is out of reach. Try again after `Retry-After` seconds.',
};

/** The operation as OpenAPI; every refusal that it can answer with is listed. */
export function staffOperation(operationId: string, operation: StaffOperation): object {
  const { summary, description = '', tag, roles, parameters = [], body, success } = operation;
  const allowed = ROLES.filter((role) => role === 'admin' || roles.includes(role));
  const takesInput = body !== undefined || parameters.length > 0;
  const statuses = [
    ...(takesInput ? [400] : []),
    401,
    403,
    ...(body ? [415] : []),
    ...(body && !body.type ? [413] : []),
    ...(operation.problems ?? []),
    503,
  ].sort();
  const succeeded = {
    description: success.description,
    ...(success.headers && { headers: success.headers }),
    ...(success.schema && { content: { [success.type ?? JSON_TYPE]: { schema: success.schema } } }),
  };
  return {
    operationId,
    summary,
    description: [description, `Roles: ${allowed.join(', ')}.`].filter(Boolean).join('\n\n'),
    tags: [tag],
    'x-roles': allowed,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          [body.type ?? JSON_TYPE]: { schema: body.schema, example: body.example },
          ...(operation.mergePatch && { 'application/merge-patch+json': operation.mergePatch }),
        },
      },
    }),
    responses: {
      [success.status]: succeeded,
      ...(operation.alsoSuccess && { [operation.alsoSuccess]: succeeded }),
      ...Object.fromEntries(
        statuses.map((status) => [
          status,
          { description: REFUSALS[status] ?? 'Refused.', content: PROBLEM },
        ]),
      ),
    },
  };
}
