export interface paths {
  '/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Verify a signed request that is described as JSON
     * @description The key travels in Authorization or X-Gateway-Key.
     *
     *     Roles: admin, gateway.
     */
    post: operations['verify'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    ReportedRequest: {
      method: string;
      /** @description Absolute, raw: nothing decoded, nothing re-encoded. */
      url: string;
      headers: {
        [key: string]: string;
      };
      body?: string | null;
      bodyBase64?: string | null;
      clientAddress?: string | null;
      /** @description Whether a JWT is wanted, too. */
      assertion?: boolean | null;
    };
    Verdict:
      | {
          /** @constant */
          active: true;
          consumerKey: string;
          token: string | null;
          subject: string | null;
          scopes: string[];
          /** Format: date-time */
          expiresAt: string | null;
          bodyVerified: boolean;
          /** @description The same as a JWT of RFC 9068, where it was asked for. */
          assertion?: string;
        }
      | {
          /** @constant */
          active: false;
          status: number;
          problem: string;
          advice: string;
          /** @description Those that are absent or rejected. */
          parameters?: string[];
          /** @description Beside `signature_invalid`: the known mistake that explains the signature. */
          hint?: string;
        };
    Problem: {
      /** @description A page that says more, relative to the admin listener. */
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @enum {unknown} */
      code:
        | 'validation_failed'
        | 'malformed_json'
        | 'malformed_request'
        | 'unauthorized'
        | 'forbidden'
        | 'not_found'
        | 'method_not_allowed'
        | 'consumer_key_taken'
        | 'token_taken'
        | 'import_conflict'
        | 'request_in_flight'
        | 'secret_overlap_running'
        | 'already_decided'
        | 'consumer_disabled'
        | 'callback_not_registered'
        | 'expired'
        | 'precondition_failed'
        | 'payload_too_large'
        | 'unsupported_media_type'
        | 'idempotency_key_reused'
        | 'internal_error'
        | 'issuer_unavailable'
        | 'store_unavailable';
      /** @description The log tells more under it. */
      requestId: string;
      errors?: {
        /** @description A JSON pointer, or `?name` in the query. */
        pointer: string;
        detail: string;
      }[];
    };
  };
  responses: never;
  parameters: {
    limit: number;
    /** @description The nextCursor of the page before, for the same list under the same filters. */
    cursor: string;
    /** @description The ETag of the version that may be changed. */
    ifMatch: string;
    /** @description The same key and body again get the same reply for a day, and make nothing new, also after a 503 or a lost reply. While the first try is under way, or its outcome is unknown: 409 `request_in_flight` with `Retry-After`. */
    idempotencyKey: string;
    /** @description Percent-encoded. */
    consumerKey: string;
    /** @description Of temporary credentials. */
    oauthToken: string;
    /** @description Percent-encoded. */
    token: string;
    /** @description Of a key, or of an event. */
    id: string;
    /** @description Percent-encoded. */
    scope: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  verify: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "method": "GET",
         *       "url": "https://api.example.com/photos?size=large",
         *       "headers": {
         *         "authorization": "OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\""
         *       }
         *     }
         */
        'application/json': components['schemas']['ReportedRequest'];
      };
    };
    responses: {
      /** @description The verdict. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "active": true,
           *       "consumerKey": "dpf43f3p2l4k3l03",
           *       "token": "nnch734d00sl2jdk",
           *       "subject": "jane",
           *       "scopes": [
           *         "photos"
           *       ],
           *       "expiresAt": "2026-04-01T09:30:00.000Z",
           *       "bodyVerified": true
           *     }
           */
          'application/json': components['schemas']['Verdict'];
        };
      };
      /** @description The request is not valid; `errors` names the places. */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "type": "/docs/problems/validation_failed",
           *       "title": "The request is not valid",
           *       "status": 400,
           *       "detail": "The request is not valid.",
           *       "code": "validation_failed",
           *       "requestId": "8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55",
           *       "errors": [
           *         {
           *           "pointer": "/name",
           *           "detail": "must have 1 to 200 characters"
           *         }
           *       ]
           *     }
           */
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description No valid key or token came along. */
      401: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "type": "/docs/problems/unauthorized",
           *       "title": "A valid key is required",
           *       "status": 401,
           *       "detail": "A valid key is required.",
           *       "code": "unauthorized",
           *       "requestId": "8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55"
           *     }
           */
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The role of the caller does not allow this. */
      403: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "type": "/docs/problems/forbidden",
           *       "title": "The key does not allow this",
           *       "status": 403,
           *       "detail": "The key does not allow this.",
           *       "code": "forbidden",
           *       "requestId": "8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55"
           *     }
           */
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is larger than 64 KiB. */
      413: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "type": "/docs/problems/payload_too_large",
           *       "title": "The body is too large",
           *       "status": 413,
           *       "detail": "The body is too large.",
           *       "code": "payload_too_large",
           *       "requestId": "8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55"
           *     }
           */
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The body is not of the type named above, or is compressed. */
      415: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "type": "/docs/problems/unsupported_media_type",
           *       "title": "The body is of an unsupported type",
           *       "status": 415,
           *       "detail": "The body is of an unsupported type.",
           *       "code": "unsupported_media_type",
           *       "requestId": "8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55"
           *     }
           */
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description The store is out of reach. Try again after `Retry-After` seconds. */
      503: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          /**
           * @example {
           *       "type": "/docs/problems/issuer_unavailable",
           *       "title": "The issuer of the token is out of reach",
           *       "status": 503,
           *       "detail": "The issuer of the token is out of reach.",
           *       "code": "issuer_unavailable",
           *       "requestId": "8f14e45f-ceea-4c67-9f3b-2d1c6a0e7b55"
           *     }
           */
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
}
