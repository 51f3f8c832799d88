// RFC 5849 §3.4.1.3: header, query and form body are parsed here, once. Nobody downstream touches
// the raw request again, so what was signed and what is acted on can't differ.
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

/** How many parameters one request may have, over all places. */
export const MAX_PARAMETERS = 256;

/** How many characters the value of a protocol parameter may have. */
export const MAX_PROTOCOL_VALUE_LENGTH = 4096;

/**
 * How many characters all names and values may have in the signature base string. A form of 64 KiB has some
 * 110,000 when all of it is percent-encoded. One of nothing but `+` would have 330,000, and cost more time than a
 * request may that nobody has signed; one of English text has 110,000, too.
 */
export const MAX_SIGNED_LENGTH = 112 * 1024;

/** Longer names, and more of them, are not repeated in a refusal. */
const MAX_REPEATED_NAME_LENGTH = 64;
const MAX_REPEATED_NAMES = 16;

/** Where a parameter was sent (RFC 5849 §3.5), by the name used in refusals. */
export type ParameterPlace = 'Authorization' | 'query' | 'body';

/** The raw request's sources of parameters, as octet strings; each may be missing. */
export interface ParameterSources {
  /** The value of the one `Authorization` header, whatever its scheme. */
  authorization?: string | undefined;
  /** What follows the first `?` of the request target, without it. */
  query?: string | undefined;
  /** The body, only if it is single-part and `application/x-www-form-urlencoded`. */
  formBody?: string | undefined;
}

export interface CollectedParameters {
  /** All parameters, the header's `realm` left out, in the order header, query, body. */
  readonly parameters: readonly Parameter[];
  /** The same, each that is repeated left out but once; undefined where none is. */
  readonly signedOnce: readonly Parameter[] | undefined;
  /** The parameters named `oauth_*`, as text. */
  readonly protocol: ReadonlyMap<string, string>;
  /** Where the protocol parameters were sent; undefined where there are none. */
  readonly place: ParameterPlace | undefined;
  /** The flags of `compatibility` without which they would have been refused. */
  readonly needed: readonly CompatibilityFlag[];
}

/**
 * Parses the three sources and enforces what RFC 5849 §3.1, §3.2 and §3.5 say on the shape: `oauth_*`
 * parameters in one place only, none twice (names compared after decoding, case-sensitively), all
 * of them UTF-8 without NUL and of sane length, no more than MAX_PARAMETERS and MAX_SIGNED_LENGTH in all.
 *
 * Throws OAuthProblem `parameter_rejected`, naming the parameters or the place at fault; ForgivableProblem where the
 * consumer's flags could let it pass.
 *
 * @param flags of `compatibility`: what the consumer may do all the same
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

/** @throws OAuthProblem where the signature base string would be longer than is allowed */
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
 * Takes in what stands in further places, where the flags let that pass.
 *
 * @throws OAuthProblem where no flag would; ForgivableProblem where others would help
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
      // With one value, in one more place, once.
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
