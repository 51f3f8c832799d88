import { OAuthProblem } from './oauth-problem.js';
import { readProtocolParameters, type ProtocolParameters } from './protocol-parameters.js';
import { collectRequestParameters } from './request-parameters.js';
import { SIGNATURE_METHODS } from './signature-methods.js';

const COMPLETE = {
  oauth_consumer_key: 'key',
  oauth_signature_method: 'HMAC-SHA1',
  oauth_signature: 'c2ln',
  oauth_timestamp: '137131200',
  oauth_nonce: 'n',
};

type Changes = Readonly<Record<string, string | undefined>>;

function read(changes: Changes = {}, required: readonly string[] = []): ProtocolParameters {
  const query = Object.entries({ ...COMPLETE, ...changes })
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  return readProtocolParameters(collectRequestParameters({ query }), { required }, 'https');
}

function refusalOf(changes: Changes, required: readonly string[] = []): OAuthProblem {
  try {
    read(changes, required);
  } catch (error) {
    if (error instanceof OAuthProblem) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('RFC 5849 §3.1 protocol parameters', () => {
  it('are read into a typed record', () => {
    expect(read()).toMatchObject({
      consumerKey: 'key',
      signature: 'c2ln',
      timestamp: 137_131_200,
      nonce: 'n',
      token: undefined,
      callback: undefined,
      verifier: undefined,
      bodyHash: undefined,
    });
    expect(read().signatureMethod.name).toBe('HMAC-SHA1');
    expect(
      read({
        oauth_token: 't',
        oauth_callback: 'oob',
        oauth_verifier: 'v',
        oauth_body_hash: 'h',
        oauth_unknown: 'x',
      }),
    ).toMatchObject({ token: 't', callback: 'oob', verifier: 'v', bodyHash: 'h' });
  });

  it.each(Object.keys(COMPLETE))('%s is required, and an empty value counts as absent', (name) => {
    for (const value of [undefined, '']) {
      expect(refusalOf({ [name]: value })).toMatchObject({
        code: 'parameter_absent',
        status: 400,
        extra: { oauth_parameters_absent: name },
      });
    }
  });

  it('no OAuth parameter at all is 401, so that a client learns it has to sign', () => {
    const none = collectRequestParameters({ query: 'a=1', authorization: 'OAuth realm="x"' });
    expect(() => readProtocolParameters(none, { required: ['oauth_callback'] }, 'https')).toThrow(
      expect.objectContaining({
        status: 401,
        extra: {
          oauth_parameters_absent:
            'oauth_consumer_key&oauth_signature_method&oauth_signature&oauth_timestamp&oauth_nonce&oauth_callback',
        },
      }),
    );
  });

  it('an endpoint may require more, told once each', () => {
    const required = ['oauth_token', 'oauth_verifier', 'oauth_nonce'];
    expect(refusalOf({ oauth_token: '', oauth_nonce: '' }, required).extra).toEqual({
      oauth_parameters_absent: 'oauth_nonce&oauth_token&oauth_verifier',
    });
    expect(read({ oauth_token: 't', oauth_verifier: 'v' }, required).token).toBe('t');
  });

  it('an empty oauth_token is none (RFC 5849 §2.1)', () => {
    expect(read({ oauth_token: '' }).token).toBeUndefined();
  });

  it('an empty oauth_body_hash was sent, and has to match', () => {
    expect(read({ oauth_body_hash: '' }).bodyHash).toBe('');
  });

  it('PLAINTEXT may leave timestamp and nonce out, together', () => {
    const plaintext = { oauth_signature_method: 'PLAINTEXT' };
    for (const value of [undefined, '']) {
      const without = { ...plaintext, oauth_timestamp: value, oauth_nonce: value };
      expect(read(without)).toMatchObject({ timestamp: undefined, nonce: undefined });
      for (const name of ['oauth_timestamp', 'oauth_nonce']) {
        expect(refusalOf({ ...plaintext, [name]: value })).toMatchObject({
          code: 'parameter_absent',
          extra: { oauth_parameters_absent: name },
          parameters: [name],
        });
      }
    }
    expect(read(plaintext).timestamp).toBe(137_131_200);
    expect(refusalOf({ ...plaintext, oauth_timestamp: 'x' }).code).toBe('parameter_rejected');
  });

  it.each(['1.0', '1.0A', '1.0a'])('oauth_version %s is accepted', (version) => {
    expect(read({ oauth_version: version }).consumerKey).toBe('key');
  });

  it.each(['', '1', '1.0b', '2.0', '1.00', ' 1.0', '１.0'])(
    'oauth_version %j is refused',
    (version) => {
      expect(refusalOf({ oauth_version: version })).toMatchObject({
        code: 'version_rejected',
        status: 400,
      });
    },
  );

  it.each(['hmac-sha1', 'HMAC-SHA1 ', 'HMAC-MD5', 'none', '__proto__', 'constructor', 'toString'])(
    'signature method %j is unknown',
    (method) => {
      expect(refusalOf({ oauth_signature_method: method })).toMatchObject({
        code: 'signature_method_rejected',
        status: 400,
      });
    },
  );

  it.each(['0', '-1', '1.5', '1e9', 'abc', ' 1', '1234567890123456'])(
    'timestamp %j is refused by name',
    (timestamp) => {
      expect(refusalOf({ oauth_timestamp: timestamp })).toMatchObject({
        code: 'parameter_rejected',
        extra: { oauth_parameters_rejected: 'oauth_timestamp' },
      });
    },
  );

  it('shape comes first: absence, then the timestamp; then the version, then the method', () => {
    const faults = {
      oauth_nonce: '',
      oauth_version: '2.0',
      oauth_signature_method: 'x',
      oauth_timestamp: 'x',
    };
    expect(refusalOf(faults).code).toBe('parameter_absent');
    expect(refusalOf({ ...faults, oauth_nonce: 'n' })).toMatchObject({
      code: 'parameter_rejected',
      parameters: ['oauth_timestamp'],
    });
    const { oauth_version, oauth_signature_method } = faults;
    const wellFormed = { oauth_version, oauth_signature_method };
    expect(refusalOf(wellFormed).code).toBe('version_rejected');
    expect(refusalOf({ oauth_signature_method }).code).toBe('signature_method_rejected');
  });

  it('a token where none belongs is a fault of shape, too', () => {
    const query = 'oauth_consumer_key=k&oauth_signature_method=x&oauth_signature=s&oauth_nonce=n';
    const collected = collectRequestParameters({
      query: `${query}&oauth_timestamp=1&oauth_version=2&oauth_token=t`,
    });
    expect(() =>
      readProtocolParameters(collected, { required: [], token: 'none' }, 'https'),
    ).toThrow(expect.objectContaining({ parameters: ['oauth_token'] }));
  });

  it.each(['http', 'https'] as const)(
    'over %s, acceptable methods are those that may be used there',
    (scheme) => {
      const names = SIGNATURE_METHODS.map(({ name }) => name);
      const acceptable = names.filter((name) => scheme === 'https' || name !== 'PLAINTEXT');
      const refused = scheme === 'http' ? ['x', 'PLAINTEXT'] : ['x'];
      for (const method of refused) {
        const query = Object.entries({ ...COMPLETE, oauth_signature_method: method })
          .map((pair) => pair.join('='))
          .join('&');
        const collected = collectRequestParameters({ query });
        expect(() => readProtocolParameters(collected, { required: [] }, scheme)).toThrow(
          expect.objectContaining({
            code: 'signature_method_rejected',
            extra: { oauth_acceptable_signature_methods: acceptable.join('&') },
          }),
        );
      }
    },
  );
});
