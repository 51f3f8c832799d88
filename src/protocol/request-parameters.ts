// RFC 5849 §3.4.1.3: header, query and form body are parsed only here, once. Later steps never read the raw
// request, so they act on exactly what was signed.
import { MalformedHeader, parseAuthorizationHeader } from './authorization-header.js';
import { parseFormEncoded } from './form-encoding.js';
import { NO_FLAGS, type CompatibilityFlag } from './compatibility.js';
import { ForgivableProblem, parameterRejected, type OAuthProblem } from './oauth-problem.js';
import { TooManyParameters, type Parameter } from './parameter.js';
import {
  displayText,
  lengthEncodedTwice,
  MalformedEncoding,
  textOf,
  TWICE_ENCODED_LENGTH,
} from './percent-encoding.js';

/** The largest number of parameters of a request, over all places. */
export const MAX_PARAMETERS = 256;

/** The largest number of characters in the value of a protocol parameter. */
export const MAX_PROTOCOL_VALUE_LENGTH = 4096;

/**
 * The largest number of characters of all names and values in the signature base string. A percent-encoded form of
 * 64 KiB has some 110,000, and so has one of English text. A form of `+` only would have 330,000, and would cost
 * more time than an unauthenticated request may.
 */
export const MAX_SIGNED_LENGTH = 112 * 1024;

/** A refusal does not repeat longer names, nor more of them. */
const MAX_REPEATED_NAME_LENGTH = 64;
const MAX_REPEATED_NAMES = 16;

/** The place of a parameter (RFC 5849 §3.5), by the name used in refusals. */
export type ParameterPlace = 'Authorization' | 'query' | 'body';

/** The parts of the raw request that contain parameters, as octet strings; each may be missing. */
export interface ParameterSources {
  /** The value of the one `Authorization` header, whatever its scheme. */
  authorization?: string | undefined;
  /** The request target after the first `?`. */
  query?: string | undefined;
  /** The body, only if it is single-part and `application/x-www-form-urlencoded`. */
  formBody?: string | undefined;
}

export interface CollectedParameters {
  /** All parameters but the header's `realm`, in the order header, query, body. */
  readonly parameters: readonly Parameter[];
  /** The same without repetitions; undefined if no parameter is repeated. */
  readonly signedOnce: readonly Parameter[] | undefined;
  /** The parameters named `oauth_*`, as text. */
  readonly protocol: ReadonlyMap<string, string>;
  /** The place of the protocol parameters; undefined if there are none. */
  readonly place: ParameterPlace | undefined;
  /** The flags of `compatibility` that were necessary to accept them. */
  readonly needed: readonly CompatibilityFlag[];
}

/**
 * Parses the three sources and enforces the rules of RFC 5849 §3.1, §3.2 and §3.5 for their shape: `oauth_*`
 * parameters in only one place, none twice (decoded names are compared, case-sensitively), all of them UTF-8
 * without NUL and not too long, and at most MAX_PARAMETERS and MAX_SIGNED_LENGTH in total.
 *
 * Throws OAuthProblem `parameter_rejected`, naming the faulty parameters or place; ForgivableProblem if flags of
 * the consumer could allow it.
 *
 * @param flags of `compatibility`: deviations that the consumer may make
 */
export function collectRequestParameters(
  sources: ParameterSources,
  flags: ReadonlySet<CompatibilityFlag> = NO_FLAGS,
): CollectedParameters {
  const header = parsePlace('Authorization', sources.authorization, MAX_PARAMETERS);
  const query = parsePlace('query', sources.query, MAX_PARAMETERS - header.length);
  const bodyLimit = MAX_PARAMETERS - header.length - query.length;
  const body = parsePlace('body', sources.formBody, bodyLimit);

  const protocol = new Map<string, string>();
  const surplus: Surplus[] = [];
  let place: ParameterPlace | undefined;
  const collect = (candidatePlace: ParameterPlace, found: readonly Parameter[]): void => {
    for (const parameter of found) {
      if (!parameter[0].startsWith('oauth_')) continue;
      const [name, value] = protocolText(parameter, candidatePlace);
      place ??= candidatePlace;
      if (place === candidatePlace && !protocol.has(name)) protocol.set(name, value);
      else surplus.push({ parameter, name, value, place: candidatePlace });
    }
  };
  collect('Authorization', header);
  collect('query', query);
  collect('body', body);

  const parameters = joinPlaces(header, query, body);
  assertSignable(sources, parameters);
  if (surplus.length === 0)
    return { parameters, signedOnce: undefined, protocol, place, needed: [] };
  return { parameters, place, ...withSurplus(parameters, protocol, place, surplus, flags) };
}

/** @throws OAuthProblem if the signature base string would be too long */
function assertSignable(
  { authorization = '', query = '', formBody = '' }: ParameterSources,
  parameters: readonly Parameter[],
): void {
  const sentLength = authorization.length + query.length + formBody.length;
  if (sentLength * TWICE_ENCODED_LENGTH <= MAX_SIGNED_LENGTH) return;
  let length = 0;
  for (const [name, value] of parameters)
    length += lengthEncodedTwice(name) + lengthEncodedTwice(value);
  if (length <= MAX_SIGNED_LENGTH) return;
  const place: ParameterPlace = formBody.length > query.length ? 'body' : 'query';
  const advice = `Send fewer characters that have to be escaped: the signature base string may have ${MAX_SIGNED_LENGTH}.`;
  throw parameterRejected([place], advice, `${length} characters to sign`);
}

/** A protocol parameter in a second place, or a second time. */
interface Surplus {
  readonly parameter: Parameter;
  readonly name: string;
  readonly value: string;
  readonly place: ParameterPlace;
}

/**
 * Accepts parameters in further places if the flags allow it.
 *
 * @throws OAuthProblem if no flag would allow it; ForgivableProblem if other flags would
 */
function withSurplus(
  parameters: readonly Parameter[],
  first: ReadonlyMap<string, string>,
  firstPlace: ParameterPlace | undefined,
  surplus: readonly Surplus[],
  flags: ReadonlySet<CompatibilityFlag>,
): Pick<CollectedParameters, 'protocol' | 'signedOnce' | 'needed'> {
  const protocol = new Map(first);
  const placeOf = new Map([...first.keys()].map((name) => [name, firstPlace]));
  const repeated = new Map<string, Parameter>();
  const needed = new Set<CompatibilityFlag>();
  let isForgivable = true;
  for (const { parameter, name, value, place } of surplus) {
    const earlier = placeOf.get(name);
    if (earlier === undefined) {
      needed.add('split_parameters');
      protocol.set(name, value);
      placeOf.set(name, place);
    } else {
      needed.add('repeated_parameters');
      // Only the same value, in one other place, once.
      isForgivable &&= earlier !== place && protocol.get(name) === value && !repeated.has(name);
      repeated.set(name, parameter);
    }
  }
  if (!isForgivable || [...needed].some((flag) => !flags.has(flag))) {
    const problem = sentMoreThanOnce(
      new Set(surplus.map(({ parameter, place }) => repeatableName(parameter[0], place))),
    );
    const consumerKey = protocol.get('oauth_consumer_key');
    throw isForgivable && consumerKey ? new ForgivableProblem(problem, consumerKey) : problem;
  }
  const again = new Set(repeated.values());
  const signedOnce = again.size > 0 ? parameters.filter((one) => !again.has(one)) : undefined;
  return { protocol, signedOnce, needed: [...needed] };
}

function parsePlace(
  place: ParameterPlace,
  raw: string | undefined,
  maxParameters: number,
): readonly Parameter[] {
  if (raw === undefined || raw === '') return [];
  try {
    if (place !== 'Authorization') return parseFormEncoded(raw, maxParameters);
    return parseAuthorizationHeader(raw, maxParameters) ?? [];
  } catch (error) {
    throw asProblem(error, place);
  }
}

function asProblem(error: unknown, place: ParameterPlace): unknown {
  if (error instanceof TooManyParameters) {
    return parameterRejected([place], `Send at most ${MAX_PARAMETERS} parameters.`, error.message);
  }
  if (error instanceof MalformedHeader) {
    const advice = 'Write the Authorization header as OAuth name="value", name="value".';
    return parameterRejected([place], advice, error.message);
  }
  if (error instanceof MalformedEncoding) {
    const name = repeatableName(error.parameterName, place);
    return parameterRejected([name], 'Percent-encode names and values.', error.message);
  }
  return error;
}

function protocolText([nameOctets, octets]: Parameter, place: ParameterPlace): Parameter {
  const name = textOf(nameOctets);
  if (name === undefined || name.includes('\0')) {
    throw parameterRejected([place], 'Names of OAuth parameters are UTF-8.');
  }
  const text = textOf(octets);
  if (text === undefined || text.includes('\0')) {
    const advice = 'Values of OAuth parameters are UTF-8, without NUL.';
    throw parameterRejected([repeatableName(nameOctets, place)], advice);
  }
  if (text.length > MAX_PROTOCOL_VALUE_LENGTH) {
    const advice = `Values of OAuth parameters have at most ${MAX_PROTOCOL_VALUE_LENGTH} characters.`;
    throw parameterRejected([repeatableName(nameOctets, place)], advice);
  }
  return [name, text];
}

function sentMoreThanOnce(names: ReadonlySet<string>): OAuthProblem {
  return parameterRejected(
    [...names].slice(0, MAX_REPEATED_NAMES),
    'Send each OAuth parameter once, and all of them in one place: header, body or query.',
  );
}

function repeatableName(nameOctets: string | undefined, place: ParameterPlace): string {
  if (nameOctets === undefined || nameOctets.length > MAX_REPEATED_NAME_LENGTH) return place;
  return displayText(nameOctets);
}

function joinPlaces(
  header: readonly Parameter[],
  query: readonly Parameter[],
  body: readonly Parameter[],
): readonly Parameter[] {
  if (query.length === 0 && body.length === 0) return header;
  return [...header, ...query, ...body];
}
