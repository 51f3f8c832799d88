import { parseFormEncoded, formEncode } from './form-encoding.js';
import {
  OAuthProblem,
  oauthProblem,
  parameterAbsent,
  parameterRejected,
  signatureMethodRejected,
  timestampRefused,
  versionRejected,
  type PlainProblemCode,
} from './oauth-problem.js';

const UNAUTHORIZED: readonly PlainProblemCode[] = [
  'consumer_key_unknown',
  'consumer_key_rejected',
  'token_rejected',
  'token_expired',
  'token_revoked',
  'token_used',
  'signature_invalid',
  'nonce_used',
  'permission_unknown',
  'permission_denied',
  'verifier_invalid',
];

describe('RFC 5849 §3.2 refusals', () => {
  it.each(UNAUTHORIZED)('%s is 401 and carries advice alone', (code) => {
    const problem = oauthProblem(code);
    expect(problem).toMatchObject({ code, status: 401, extra: {} });
    expect(problem.toParameters()).toEqual([
      ['oauth_problem', code],
      ['oauth_problem_advice', expect.stringMatching(/^[A-Z].*\.$/)],
    ]);
  });

  it('parameter_absent is 400, but 401 where no OAuth parameter was sent', () => {
    const names = ['oauth_nonce', 'oauth_token'];
    expect(parameterAbsent(names, true).status).toBe(400);
    expect(parameterAbsent(names, false).status).toBe(401);
    expect(parameterAbsent(names, true).extra).toEqual({
      oauth_parameters_absent: 'oauth_nonce&oauth_token',
    });
  });

  it('parameter_rejected is 400 and names the parameters, each encoded', () => {
    const problem = parameterRejected(['oauth_a&b', 'scope'], 'Ask for less.');
    expect(problem).toMatchObject({ code: 'parameter_rejected', status: 400 });
    expect(problem.advice).toBe('Ask for less.');
    expect(problem.extra).toEqual({ oauth_parameters_rejected: 'oauth_a%26b&scope' });
    expect(parameterRejected(['scope']).advice).not.toBe('');
  });

  it('version_rejected, signature_method_rejected and timestamp_refused tell what is accepted', () => {
    expect(versionRejected()).toMatchObject({
      status: 400,
      extra: { oauth_acceptable_versions: '1.0-1.0' },
    });
    expect(signatureMethodRejected(['HMAC-SHA1', 'RSA-SHA256'])).toMatchObject({
      status: 400,
      extra: {
        oauth_acceptable_signature_methods: 'HMAC-SHA1&RSA-SHA256',
      },
    });
    expect(timestampRefused(100, 700)).toMatchObject({
      status: 401,
      extra: { oauth_acceptable_timestamps: '100-700' },
    });
  });

  it('is an Error, and keeps its detail out of the reply', () => {
    const problem = oauthProblem('signature_invalid', 'secret 2 of 2 tried');
    expect(problem).toBeInstanceOf(OAuthProblem);
    expect(problem).toBeInstanceOf(Error);
    expect(problem.detail).toBe('secret 2 of 2 tried');
    expect(formEncode(problem.toParameters())).not.toContain('tried');
    expect(problem.message).toBe('signature_invalid');
  });

  it('survives form-encoding: joined names are split after decoding', () => {
    const body = formEncode(parameterRejected(['a&b', 'c']).toParameters());
    expect(parseFormEncoded(body)[2]).toEqual(['oauth_parameters_rejected', 'a%26b&c']);
  });
});
