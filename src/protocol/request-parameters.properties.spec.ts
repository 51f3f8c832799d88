import fc from 'fast-check';
import { normalizedParameters } from '../../test/support/normalized-parameters.js';
import { propertyRuns } from '../../test/support/property-runs.js';
import { OAuthProblem } from './oauth-problem.js';
import type { Parameter } from './parameter.js';
import { percentEncode } from './percent-encoding.js';
import { collectRequestParameters } from './request-parameters.js';

const octets = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'b', '=', '&', '+', ' ', '%', '~', '-', '"', ','),
    fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
  ),
  maxLength: 12,
});
const ordinaryNames = octets.filter((name) => !name.startsWith('oauth_') && name !== 'realm');
const ordinary: fc.Arbitrary<Parameter[]> = fc.array(fc.tuple(ordinaryNames, octets), {
  maxLength: 20,
});
const protocol: fc.Arbitrary<Parameter[]> = fc
  .dictionary(fc.stringMatching(/^oauth_[a-z]{1,6}$/), fc.stringMatching(/^[ -~]{0,12}$/))
  .map((values) => Object.entries(values));

function asForm(parameters: readonly Parameter[]): string {
  return parameters.map((pair) => pair.map(percentEncode).join('=')).join('&');
}

function asHeader(parameters: readonly Parameter[]): string {
  const quoted = parameters.map(
    ([name, value]) => `${percentEncode(name)}="${percentEncode(value)}"`,
  );
  return `OAuth realm="x, y", ${quoted.join(', ')}`;
}

describe('RFC 5849 §3.4.1.3 request parameters, whatever they are', () => {
  it('normalize to one string in whatever order they come', () => {
    const shuffled = ordinary.chain((parameters) =>
      fc.tuple(
        fc.constant(parameters),
        fc.shuffledSubarray(parameters, { minLength: parameters.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([parameters, reordered]) => {
        expect(normalizedParameters(reordered)).toBe(normalizedParameters(parameters));
      }),
      propertyRuns,
    );
  });

  it('normalize as comparing their UTF-8 bytes would have it', () => {
    fc.assert(
      fc.property(ordinary, (parameters) => {
        const expected = parameters
          .map((pair) => pair.map((part) => Buffer.from(percentEncode(part))) as [Buffer, Buffer])
          .sort((a, b) => Buffer.compare(a[0], b[0]) || Buffer.compare(a[1], b[1]))
          .map(([name, value]) => `${name.toString()}=${value.toString()}`)
          .join('&');
        expect(normalizedParameters(parameters)).toBe(expected);
      }),
      propertyRuns,
    );
  });

  it('normalize to what parses back to the same parameters', () => {
    fc.assert(
      fc.property(ordinary, (parameters) => {
        const query = normalizedParameters(parameters);
        const { parameters: parsed } = collectRequestParameters({ query });
        expect(normalizedParameters(parsed)).toBe(query);
        expect(parsed).toHaveLength(parameters.length);
      }),
      propertyRuns,
    );
  });

  it('normalize alike wherever the protocol parameters are sent', () => {
    fc.assert(
      fc.property(protocol, ordinary, ordinary, (signed, inQuery, inBody) => {
        const query = asForm(inQuery);
        const formBody = asForm(inBody);
        const places = [
          { authorization: asHeader(signed), query, formBody },
          { query: `${query}&${asForm(signed)}`, formBody },
          { query, formBody: `${asForm(signed)}&&${formBody}` },
          { authorization: 'Basic eA==', query: asForm([...signed, ...inBody]), formBody: query },
        ].map((sources) => collectRequestParameters(sources));
        const [inHeader] = places;
        for (const collected of places) {
          expect(normalizedParameters(collected.parameters)).toBe(
            normalizedParameters(inHeader?.parameters ?? []),
          );
          expect(collected.protocol).toEqual(inHeader?.protocol);
        }
      }),
      propertyRuns,
    );
  });

  it('are collected, or refused as parameter_rejected, from any garbage', () => {
    const pieces = fc.constantFrom(
      ...['oauth_', 'oauth_a', 'realm', '=', '&', '%', '%4', '%C3', '%00', '+', '"', '\\', ','],
      ...[' ', '\t', 'a', '\xff', '漢', '\ud800'],
    );
    const garbage = fc.string({ unit: pieces, maxLength: 30 });
    fc.assert(
      fc.property(garbage, garbage, garbage, (header, query, formBody) => {
        try {
          const authorization = `OAuth ${header}`;
          const collected = collectRequestParameters({ authorization, query, formBody });
          normalizedParameters(collected.parameters);
        } catch (error) {
          expect(error).toBeInstanceOf(OAuthProblem);
          expect(error).toMatchObject({ code: 'parameter_rejected' });
        }
      }),
      propertyRuns,
    );
  });
});
