import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { credentialsIn } from '../support/service.js';

// The example of RFC 5849 section 1.2: printer.example.com prints Jane's photos from photos.example.net. The steps
// build on each other.
describe('RFC 5849 §1.2 the story of Jane and the printer', () => {
  const { database, service } = serviceForAllTests({
    CONSENT_URL: 'https://consent.example.net/allow?theme=dark',
  });
  let printer: { consumerKey: string; consumerSecret: string };
  let temporary: { token: string; tokenSecret: string };
  let access: { token: string; tokenSecret: string };
  let verifier: string;
  const callback = 'http://printer.example.com/ready?lang=en';

  it('staff register the printer service as a consumer', async () => {
    printer = await service.registerConsumer({
      name: 'printer.example.com',
      callbackUrls: [callback],
      scopes: ['photos', 'contacts'],
    });
    expect(printer.consumerSecret).toMatch(/^[\w-]{40,}$/);
  });

  it('§2.1 the printer obtains temporary credentials', async () => {
    const reply = await service.signed({
      method: 'POST',
      target: '/oauth/oauth10/initiate',
      ...printer,
      callback,
      realm: 'Photos',
      extraParameters: [['scope', 'photos']],
      unquoted: ['scope'],
    });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(reply.form()).toEqual({
      oauth_token: expect.stringMatching(/^[\w-]{22,}$/),
      oauth_token_secret: expect.stringMatching(/^[\w-]{40,}$/),
      oauth_callback_confirmed: 'true',
    });
    temporary = credentialsIn(reply);
  });

  it('§2.2 Jane is sent to the platform’s own consent page', async () => {
    const reply = await send({
      base: service.publicBase,
      target: `/oauth/auz/authorize?oauth_token=${temporary.token}`,
    });
    expect(reply.status).toBe(302);
    expect(reply.headers['location']).toBe(
      `https://consent.example.net/allow?theme=dark&oauth_token=${temporary.token}`,
    );
  });

  it('§2.3 an exchange before she decided is refused', async () => {
    const reply = await service.exchange(printer, temporary, 'too-early');
    expect([reply.status, reply.form()['oauth_problem']]).toEqual([401, 'permission_unknown']);
  });

  it('§2.2 the consent page sees who asks for what, and records that Jane allows it', async () => {
    const path = `/admin/authorization-requests/${temporary.token}`;
    expect((await service.admin('GET', path)).json()).toMatchObject({
      oauthToken: temporary.token,
      consumer: { consumerKey: printer.consumerKey, name: 'printer.example.com' },
      scopes: ['photos'],
      callback,
      status: 'pending',
    });
    const reply = await service.admin('POST', `${path}/accept`, { subject: 'jane' });
    const accepted = reply.json<{ redirectTo: string; oauthVerifier: string }>();
    verifier = accepted.oauthVerifier;
    expect(accepted.redirectTo).toBe(
      `${callback}&oauth_token=${temporary.token}&oauth_verifier=${verifier}`,
    );
    expect((await service.admin('GET', path)).json()).toMatchObject({ status: 'allowed' });
  });

  it('§2.3 the printer exchanges them for token credentials, by the GET this service began with', async () => {
    const reply = await service.exchange(printer, temporary, verifier, {
      // Very old clients send this header without a body.
      headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    });
    expect(reply.status).toBe(200);
    expect(Object.keys(reply.form())).toEqual(['oauth_token', 'oauth_token_secret']);
    access = credentialsIn(reply);
    expect(access.token).not.toBe(temporary.token);
  });

  it('§3 the token opens a protected resource, for Jane and what she granted', async () => {
    const target = '/oauth/oauth10/echo?file=vacation.jpg&size=original';
    const reply = await service.signed({ method: 'GET', target, ...printer, ...access });
    expect(reply.json()).toEqual({
      consumerKey: printer.consumerKey,
      token: access.token,
      subject: 'jane',
      scopes: ['photos'],
      method: 'GET',
      url: service.publicBase + target,
      parameters: [
        ['file', 'vacation.jpg'],
        ['size', 'original'],
      ],
    });
  });

  it('§2.3 a second exchange is refused', async () => {
    const reply = await service.exchange(printer, temporary, verifier);
    expect([reply.status, reply.form()['oauth_problem']]).toEqual([401, 'token_used']);
    const path = `/admin/authorization-requests/${temporary.token}`;
    expect((await service.admin('GET', path)).json()).toMatchObject({ status: 'used' });
  });

  it('keeps no secret in the clear', async () => {
    const tables = ['consumers', 'temporary_credentials', 'access_tokens'];
    for (const table of tables) {
      const rows = await database.query<{ row: string }>(
        `SELECT (t.*)::text || encode(coalesce(secret, ''), 'escape') AS row FROM ${table} t`,
      );
      expect(rows.length).toBeGreaterThan(0);
      const text = rows.map(({ row }) => row).join('\n');
      for (const secret of [printer.consumerSecret, temporary.tokenSecret, access.tokenSecret]) {
        expect(text).not.toContain(secret);
      }
      expect(text).not.toContain(verifier);
    }
  });

  it('§2 the printer gives the token back, and it opens nothing any more', async () => {
    const reply = await service.signed({
      method: 'POST',
      target: '/oauth/oauth10/revoke',
      ...printer,
      ...access,
    });
    expect([reply.status, reply.text]).toEqual([204, '']);
    const refused = await service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...printer,
      ...access,
    });
    expect([refused.status, refused.form()['oauth_problem']]).toEqual([401, 'token_revoked']);
    // A repeated revocation adds no second audit event.
    await service.signed({
      method: 'POST',
      target: '/oauth/oauth10/revoke',
      ...printer,
      ...access,
    });
    const target = encodeURIComponent(`token:${access.token}`);
    const events = await service.admin('GET', `/admin/audit-events?target=${target}`);
    expect(events.json()).toMatchObject({
      items: [
        {
          actor: `consumer:${printer.consumerKey}`,
          action: 'token.revoke',
          detail: {
            requestId: reply.headers['x-request-id'] ?? expect.any(String),
            address: '127.0.0.1',
          },
        },
      ],
    });
  });
});
