// RFC 5849 §3.2 only requires 400 or 401. The codes are those of the OAuth Problem Reporting extension, so that
// existing clients can react to them. The advice is for developers of honest clients: it says what to check, but
// never the expected value.
import { percentEncodeText } from './percent-encoding.js';
import type { SignatureMethodName } from './signature-methods.js';

const PROBLEMS = {
  parameter_absent: {
    status: 400,
    advice: 'Send every required OAuth parameter, and not empty.',
  },
  parameter_rejected: {
    status: 400,
    advice: 'Send each OAuth parameter once, well-formed, and all of them in one place.',
  },
  version_rejected: {
    status: 400,
    advice: 'Leave oauth_version out, or send 1.0.',
  },
  signature_method_rejected: {
    status: 400,
    advice: 'Use a signature method that is registered for this consumer. PLAINTEXT needs TLS.',
  },
  timestamp_refused: {
    status: 401,
    advice: 'Set the clock: oauth_timestamp is in seconds since 1970, UTC.',
  },
  consumer_key_unknown: {
    status: 401,
    advice: 'Check oauth_consumer_key.',
  },
  consumer_key_rejected: {
    status: 401,
    advice: 'This consumer may not make this request now. Ask the operator of this service.',
  },
  token_rejected: {
    status: 401,
    advice:
      'Check oauth_token: it must be of the kind this request needs, and belong to this consumer.',
  },
  token_expired: {
    status: 401,
    advice: 'The token has expired. Ask the resource owner for access again.',
  },
  token_revoked: {
    status: 401,
    advice: 'The token was revoked. Ask the resource owner for access again.',
  },
  token_used: {
    status: 401,
    advice: 'Temporary credentials can be exchanged once. Start with new ones.',
  },
  signature_invalid: {
    status: 401,
    advice:
      'Check both secrets, the method, scheme, host and port of the URL, and that every parameter of header, query and form body is in the signature base string.',
  },
  nonce_used: {
    status: 401,
    advice: 'Sign every request, a repeated one too, with a new oauth_nonce.',
  },
  permission_unknown: {
    status: 401,
    advice: 'The resource owner has not decided yet.',
  },
  permission_denied: {
    status: 401,
    advice: 'The resource owner refused access.',
  },
  verifier_invalid: {
    status: 401,
    advice: 'Send the oauth_verifier that the callback, or the resource owner, was given.',
  },
} as const satisfies Record<string, { status: 400 | 401; advice: string }>;

/** Every code that `oauth_problem` can have. */
export type OAuthProblemCode = keyof typeof PROBLEMS;

/** The codes whose replies have no parameters other than the advice. */
export type PlainProblemCode = Exclude<
  OAuthProblemCode,
  | 'parameter_absent'
  | 'parameter_rejected'
  | 'version_rejected'
  | 'signature_method_rejected'
  | 'timestamp_refused'
>;

/** Why a signed request is refused: what the client learns, and a private detail for logs. */
export class OAuthProblem extends Error {
  override readonly name = 'OAuthProblem';
  readonly status: 400 | 401;
  readonly advice: string;
  /** Further reply parameters by name, not form-encoded yet. */
  readonly extra: Readonly<Record<string, string>>;
  /** The names of absent or rejected parameters, if the code is about parameters. */
  readonly parameters: readonly string[] | undefined;
  /** For logs only; never part of a reply. */
  readonly detail: string | undefined;

  constructor(
    readonly code: OAuthProblemCode,
    particulars: {
      status?: 400 | 401;
      advice?: string;
      extra?: Readonly<Record<string, string>>;
      parameters?: readonly string[];
      detail?: string;
    } = {},
  ) {
    super(code);
    this.status = particulars.status ?? PROBLEMS[code].status;
    this.advice = particulars.advice ?? PROBLEMS[code].advice;
    this.extra = particulars.extra ?? {};
    this.parameters = particulars.parameters;
    this.detail = particulars.detail;
  }

  /** The reply's parameters, for `formEncode`. */
  toParameters(): [name: string, value: string][] {
    return [
      ['oauth_problem', this.code],
      ['oauth_problem_advice', this.advice],
      ...Object.entries(this.extra),
    ];
  }
}

/**
 * A request whose shape is refused unless its consumer has the necessary flags of `compatibility`. That check reads
 * the database, so the refusal is delayed like all refusals whose timing could reveal which consumers exist.
 */
export class ForgivableProblem extends OAuthProblem {
  constructor(
    problem: OAuthProblem,
    /** The consumer key in the request, not verified. */
    readonly consumerKey: string,
  ) {
    const { code, status, advice, extra, parameters, detail } = problem;
    super(code, {
      status,
      advice,
      extra,
      ...(parameters && { parameters }),
      ...(detail !== undefined && { detail }),
    });
  }
}

/** A problem that needs no details for the client. `detail` is for logs. */
export function oauthProblem(code: PlainProblemCode, detail?: string): OAuthProblem {
  return new OAuthProblem(code, detail === undefined ? {} : { detail });
}

/** The name of the reply parameter that explains a signature (contract section 10). */
export const SIGNATURE_HINT = 'oauth_signature_hint';

/** The signature does not hold. A hint explains it to clients that have the secrets. */
export function signatureInvalid(hint?: { code: string; advice: string }): OAuthProblem {
  if (hint === undefined) return oauthProblem('signature_invalid');
  const { code, advice } = hint;
  return new OAuthProblem('signature_invalid', {
    advice,
    extra: { [SIGNATURE_HINT]: code },
    detail: code,
  });
}

/** Required parameters are missing: 400, or 401 if the request has no OAuth parameter at all. */
export function parameterAbsent(names: readonly string[], anyPresent: boolean): OAuthProblem {
  return new OAuthProblem('parameter_absent', {
    status: anyPresent ? 400 : 401,
    parameters: names,
    extra: { oauth_parameters_absent: joinNames(names) },
  });
}

/** Parameters, or their place, are not accepted. */
export function parameterRejected(
  names: readonly string[],
  advice?: string,
  detail?: string,
): OAuthProblem {
  return new OAuthProblem('parameter_rejected', {
    ...(advice === undefined ? {} : { advice }),
    ...(detail === undefined ? {} : { detail }),
    parameters: names,
    extra: { oauth_parameters_rejected: joinNames(names) },
  });
}

/** `oauth_version` was sent and is not 1.0. */
export function versionRejected(): OAuthProblem {
  return new OAuthProblem('version_rejected', {
    extra: { oauth_acceptable_versions: '1.0-1.0' },
  });
}

/** The signature method is unknown, not one of the consumer's, or PLAINTEXT without TLS. */
export function signatureMethodRejected(
  acceptable: readonly SignatureMethodName[],
  detail?: string,
): OAuthProblem {
  return new OAuthProblem('signature_method_rejected', {
    ...(detail === undefined ? {} : { detail }),
    extra: { oauth_acceptable_signature_methods: joinNames(acceptable) },
  });
}

/** The timestamp is not within `fromSeconds`–`toSeconds`, both included. */
export function timestampRefused(fromSeconds: number, toSeconds: number): OAuthProblem {
  return new OAuthProblem('timestamp_refused', {
    extra: { oauth_acceptable_timestamps: `${fromSeconds}-${toSeconds}` },
  });
}

/** Problem Reporting joins encoded names with `&`; the reply then encodes the whole value again. */
function joinNames(names: readonly string[]): string {
  return names.map(percentEncodeText).join('&');
}
