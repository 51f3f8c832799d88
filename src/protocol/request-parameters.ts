// RFC 5849 §3.4.1.3: header, query and form body are parsed here, once. Nobody downstream touches
// the raw request again, so what was signed and what is acted on can't differ.
import { MalformedHeader, parseAuthorizationHeader } from './authorization-header.js';
import { parseFormEncoded } from './form-encoding.js';
import { NO_FLAGS, type CompatibilityFlag } from './compatibility.js';
import { ForgivableProblem, parameterRejected, type OAuthProblem } from './oauth-problem.js';
import { TooManyParameters, type Parameter } from './parameter.js';
import { displayText, MalformedEncoding, percentEncode, textOf } from './percent-encoding.js';

/** How many parameters one request may have, over all places. */
export const MAX_PARAMETERS = 256;

/** How many characters the value of a protocol parameter may have. */
export const MAX_PROTOCOL_VALUE_LENGTH = 4096;

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
 * of them UTF-8 without NUL and of sane length, and no more than MAX_PARAMETERS in all.
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

  const collection = new Collection();
  collection.add('Authorization', header);
  collection.add('query', query);
  collection.add('body', body);
  const needed = collection.assertOncePlaced(flags);

  const parameters = joinPlaces(header, query, body);
  const { protocol, place, repeated } = collection;
  return {
    parameters,
    signedOnce: repeated.size === 0 ? undefined : parameters.filter((one) => !repeated.has(one)),
    protocol,
    place,
    needed,
  };
}

/** The protocol parameters of all places, and what of them stands in the way. */
class Collection {
  readonly protocol = new Map<string, string>();
  place: ParameterPlace | undefined;
  /** Those that repeat one of an earlier place, value and all. */
  readonly repeated = new Set<Parameter>();
  private readonly placeOf = new Map<string, ParameterPlace>();
  private readonly surplusNames = new Set<string>();
  private readonly needed = new Set<CompatibilityFlag>();
  private isForgivable = true;

  add(place: ParameterPlace, parameters: readonly Parameter[]): void {
    for (const parameter of parameters) {
      if (!parameter[0].startsWith('oauth_')) continue;
      const [name, text] = protocolText(parameter, place);
      this.place ??= place;
      if (this.place === place && !this.protocol.has(name)) {
        this.protocol.set(name, text);
        this.placeOf.set(name, place);
      } else {
        this.surplusNames.add(repeatableName(parameter[0], place));
        this.addSurplus(place, name, text, parameter);
      }
    }
  }

  /**
   * @returns the flags that the shape needs
   * @throws OAuthProblem where one is not among those given; ForgivableProblem where flags would help
   */
  assertOncePlaced(flags: ReadonlySet<CompatibilityFlag>): readonly CompatibilityFlag[] {
    if (this.surplusNames.size === 0) return NONE_NEEDED;
    const needed = [...this.needed];
    if (this.isForgivable && needed.every((flag) => flags.has(flag))) return needed;
    const problem = sentMoreThanOnce(this.surplusNames);
    const consumerKey = this.protocol.get('oauth_consumer_key');
    throw this.isForgivable && consumerKey
      ? new ForgivableProblem(problem, needed, consumerKey)
      : problem;
  }

  private addSurplus(
    place: ParameterPlace,
    name: string,
    text: string,
    parameter: Parameter,
  ): void {
    const earlier = this.placeOf.get(name);
    if (earlier === undefined) {
      this.needed.add('split_parameters');
      this.protocol.set(name, text);
      this.placeOf.set(name, place);
      return;
    }
    this.needed.add('repeated_parameters');
    const isThird = [...this.repeated].some(([other]) => other === parameter[0]);
    if (earlier === place || isThird || this.protocol.get(name) !== text) this.isForgivable = false;
    this.repeated.add(parameter);
  }
}

const NONE_NEEDED: readonly CompatibilityFlag[] = [];

/**
 * RFC 5849 §3.4.1.3.2: every name and value encoded, sorted by encoded name, then by encoded value
 * (all ASCII by then, so comparing strings compares bytes), joined. `oauth_signature` is left out.
 * `unencodedName` names the one parameter, if any, whose value is signed as it was sent (see
 * isBodyHashUnencoded).
 */
export function normalizeRequestParameters(
  parameters: readonly Parameter[],
  unencodedName?: string,
): string {
  const encoded: [name: string, value: string][] = [];
  for (const [name, value] of parameters) {
    if (name === 'oauth_signature') continue;
    encoded.push([percentEncode(name), name === unencodedName ? value : percentEncode(value)]);
  }
  encoded.sort(compareEncoded);
  let normalized = '';
  for (const [name, value] of encoded) {
    normalized += normalized === '' ? `${name}=${value}` : `&${name}=${value}`;
  }
  return normalized;
}

function compareEncoded(
  [nameA, valueA]: readonly [string, string],
  [nameB, valueB]: readonly [string, string],
): number {
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  return 0;
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
