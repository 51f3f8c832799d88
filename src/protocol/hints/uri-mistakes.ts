// Mistakes in the method and the base string URI (RFC 5849 §3.4.1.1 and §3.4.1.2).
import type { Parameter } from '../parameter.js';
import { MalformedEncoding, percentDecode, percentEncode } from '../percent-encoding.js';
import type { Mistake, RefusedRequest } from './mistake.js';
import {
  isProtocol,
  normalized,
  sortedParameters,
  withoutSignature,
  type Encode,
} from './normalized.js';

/** A client hardly reads a longer body as a form, and the cost of each variant grows with its length. */
const BODY_AS_FORM_OCTETS_MAX = 4 * 1024;
const BODY_AS_FORM_FIELDS_MAX = 64;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'];

/** The default port of the scheme. */
const portOf = (scheme: string): string => (scheme === 'https' ? '443' : '80');

const otherScheme = ({ scheme }: RefusedRequest): 'http' | 'https' =>
  scheme === 'https' ? 'http' : 'https';

const pathOf = ({ path }: RefusedRequest): string => (path === '' ? '/' : path);

const split = (authority: string): { host: string; port: string | undefined } => {
  const match = /^(.*):(\d{1,5})$/.exec(authority);
  return match ? { host: match[1] ?? '', port: match[2] } : { host: authority, port: undefined };
};

/** The mistakes in method and URI, the likeliest first. */
export const URI_MISTAKES: readonly Mistake[] = [
  {
    code: 'scheme_differs',
    advice:
      'The URL was signed with the other scheme (http for https, or the reverse). Sign the URL that the request is sent to; behind a proxy that ends TLS, that is https.',
    likelierThan: ['host_differs'],
    *readings(request) {
      const scheme = otherScheme(request);
      const { host, port } = split(request.authority);
      const path = pathOf(request);
      yield { uri: `${scheme}://${request.authority}${path}` };
      // The port often follows the scheme: https://host:443 before a proxy is http://host:80 behind it.
      yield { uri: `${scheme}://${host}:${portOf(scheme)}${path}` };
      yield { uri: `${scheme}://${host}:${portOf(request.scheme)}${path}` };
      if (port !== undefined) yield { uri: `${scheme}://${host}${path}` };
    },
  },
  {
    code: 'port_included',
    advice:
      "The signed URL holds the scheme's own port. Leave :80 out of http and :443 out of https (RFC 5849 section 3.4.1.2).",
    likelierThan: ['host_differs'],
    *readings(request) {
      const { host, port } = split(request.authority);
      if (port === undefined) {
        yield { uri: `${request.scheme}://${host}:${portOf(request.scheme)}${pathOf(request)}` };
      }
    },
  },
  {
    code: 'port_left_out',
    advice:
      'The signed URL lacks the port. Any port but 80 of http and 443 of https is part of it.',
    likelierThan: ['host_differs'],
    *readings(request) {
      const { host, port } = split(request.authority);
      if (port !== undefined) yield { uri: `${request.scheme}://${host}${pathOf(request)}` };
    },
  },
  {
    code: 'port_behind_path',
    advice:
      'The signed URL has the port behind the path (https://host/path:8443), as grant and request-oauth write it. The port belongs to the host.',
    *readings(request) {
      const { host, port = portOf(request.scheme) } = split(request.authority);
      yield { uri: `${request.scheme}://${host}${pathOf(request)}:${port}` };
      yield { uri: `${request.scheme}://${request.authority}${pathOf(request)}:${port}` };
    },
  },
  {
    code: 'method_differs',
    advice:
      'Another HTTP method was signed than the one that was sent. Sign the method of the request, in upper case.',
    *readings({ method }) {
      const right = method.toUpperCase();
      for (const other of new Set([method, right.toLowerCase(), ...METHODS])) {
        if (other !== right) yield { method: other };
      }
      yield { method: `${right[0]}${right.slice(1).toLowerCase()}` };
    },
  },
  {
    code: 'query_in_uri',
    advice:
      'The signed URL, or the first name, still holds the question mark. Cut the URL there: the query behind it is signed among the parameters (tcllib does not).',
    *readings(request) {
      const { header, query, form, rawQuery } = request;
      if (query.length === 0) return;
      const base = `${request.scheme}://${request.authority}${pathOf(request)}`;
      // Without what the client added to the query after it had signed.
      const [unsigned, own] = [
        piecesWithout(rawQuery, SIGNATURE),
        piecesWithout(rawQuery, 'oauth_'),
      ];
      const protocol = query.filter(([name]) => isProtocol(name));
      const others = query.filter(([name]) => !isProtocol(name));
      const withoutOwn = normalized(withoutSignature([...header, ...protocol, ...form]));
      for (const held of new Set([unsigned, own])) {
        if (held === '') continue;
        yield { uri: `${base}?${held}` };
        yield { uri: `${base}?${held}`, parameters: withoutOwn };
        // tcllib treats every request with a query as a POST; another of its calls makes "?" part of the first
        // name.
        yield { uri: `${base}?${held}`, method: 'POST' };
      }
      const [first, ...rest] = others;
      if (first === undefined) return;
      const marked: Parameter = [`?${first[0]}`, first[1]];
      const pairs = withoutSignature([...header, ...protocol, marked, ...rest, ...form]);
      yield { parameters: normalized(pairs) };
      yield { parameters: normalized(pairs, { encodeName: withoutEscapedMark }) };
    },
  },
  {
    code: 'trailing_slash',
    advice:
      'The signed path differs by a slash at its end. Sign the path as it is sent; an empty path is signed as "/".',
    *readings(request) {
      const { scheme, authority, path } = request;
      const origin = `${scheme}://${authority}`;
      if (path.endsWith('/')) yield { uri: `${origin}${path.slice(0, -1)}` };
      else yield { uri: `${origin}${path}/` };
      if (path === '') yield { uri: origin };
    },
  },
  {
    code: 'path_decoded',
    advice: 'The path was signed decoded. Sign the path as it is sent, its percent signs included.',
    *readings(request) {
      if (!request.path.includes('%')) return;
      const origin = `${request.scheme}://${request.authority}`;
      const decoded = decodedOrNothing(request.path);
      if (decoded === undefined) return;
      yield { uri: `${origin}${decoded}` };
      yield { uri: `${origin}${request.path.replace(ESCAPE, unreservedAlone)}` };
      yield { uri: `${origin}${encodedSegments(decoded)}` };
    },
  },
  {
    code: 'path_encoded_twice',
    advice:
      'The path was percent-encoded once more before it was signed. Sign the path as it is sent.',
    *readings(request) {
      const origin = `${request.scheme}://${request.authority}`;
      yield { uri: `${origin}${request.path.replaceAll('%', '%25')}` };
      yield { uri: `${origin}${encodedSegments(request.path)}` };
    },
  },
  {
    code: 'host_differs',
    advice:
      'Another host was signed than the one this service is called by. Sign the host (and port) that clients use, in lower case.',
    *readings(request) {
      for (const authority of request.otherAuthorities) {
        const path = pathOf(request);
        yield { uri: `${request.scheme}://${authority}${path}` };
        yield { uri: `${request.scheme}://${authority.toLowerCase()}${path}` };
        yield { uri: `${otherScheme(request)}://${authority.toLowerCase()}${path}` };
      }
    },
  },
];

/** Mistakes in which query or form parameters are left out. */
export const PLACE_MISTAKES: readonly Mistake[] = [
  {
    code: 'query_left_out',
    advice:
      'The parameters of the query were not signed. All of them are part of the signature, beside those of the header and of a form body.',
    *readings(request) {
      const { header, query, form } = request;
      if (query.length === 0) return;
      const isElsewhere = query.some(([name]) => isProtocol(name));
      const kept = isElsewhere ? query.filter(([name]) => isProtocol(name)) : [];
      yield { parameters: normalized(withoutSignature([...header, ...kept, ...form])) };
    },
  },
  {
    code: 'form_left_out',
    advice:
      'The fields of the form body were not signed. A body of type application/x-www-form-urlencoded is part of the signature (httr leaves it out).',
    *readings(request) {
      const { header, query, form } = request;
      if (form.length === 0) return;
      const kept = form.filter(([name]) => isProtocol(name));
      yield { parameters: normalized(withoutSignature([...header, ...query, ...kept])) };
      const headerOnly = [...header, ...query.filter(([name]) => isProtocol(name))];
      yield { parameters: normalized(withoutSignature([...headerOnly, ...kept])) };
    },
  },
  {
    code: 'body_as_form',
    advice:
      'A body that is no form was signed as if it were one. Only application/x-www-form-urlencoded bodies are part of the signature; use oauth_body_hash for others, or sign nothing of the body.',
    *readings(request) {
      const body = request.otherBody;
      if (body === '' || body.length > BODY_AS_FORM_OCTETS_MAX) return;
      const all = sortedParameters(request);
      for (const fields of bodyAsFields(body))
        yield { parameters: normalized([...all, ...fields]) };
    },
  },
];

const ESCAPE = /%([0-9A-Fa-f]{2})/g;

const SIGNATURE = 'oauth_signature=';
const withoutEscapedMark: Encode = (name) => percentEncode(name).replace(/^%3F/, '?');

/** The query without the pieces that begin with `start`. */
const piecesWithout = (rawQuery: string, start: string): string =>
  rawQuery
    .split('&')
    .filter((piece) => !piece.startsWith(start))
    .join('&');

/** RFC 3986 §6.2.2.2: decodes escapes of unreserved characters and keeps all others. */
function unreservedAlone(escape: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16));
  return /[A-Za-z0-9\-._~]/.test(character) ? character : escape;
}

/** Encodes each segment of the path again, as many URL builders do. */
const encodedSegments = (path: string): string => path.split('/').map(percentEncode).join('/');

function decodedOrNothing(path: string): string | undefined {
  try {
    return percentDecode(path);
  } catch (error) {
    if (error instanceof MalformedEncoding) return undefined;
    throw error;
  }
}

/** How clients read a body that they take for a form. */
function* bodyAsFields(body: string): Generator<[string, string][]> {
  yield [[body, '']];
  const pieces = body.split('&', BODY_AS_FORM_FIELDS_MAX + 1);
  if (pieces.length <= BODY_AS_FORM_FIELDS_MAX) {
    const pairs = pieces.map((piece): [string, string] => {
      const [name = '', ...rest] = piece.split('=');
      return [name, rest.join('=')];
    });
    yield pairs;
    yield pairs.map(([name, value]): [string, string] => [
      decodedOrNothing(name.replaceAll('+', ' ')) ?? name,
      decodedOrNothing(value.replaceAll('+', ' ')) ?? value,
    ]);
  }
  const members = membersOf(body);
  if (members.length <= BODY_AS_FORM_FIELDS_MAX) yield members;
}

/** The members of a JSON object whose values are strings, numbers or booleans. */
function membersOf(body: string): [string, string][] {
  if (!body.trimStart().startsWith('{')) return [];
  try {
    const text = Buffer.from(body, 'latin1').toString('utf8');
    const octets = (value: unknown): string => Buffer.from(String(value)).toString('latin1');
    return Object.entries(JSON.parse(text) as Record<string, unknown>)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => [octets(name), octets(value)]);
  } catch {
    return [];
  }
}
