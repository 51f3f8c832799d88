import { generateKeyPairSync, type KeyExportOptions } from 'node:crypto';
import { expectProblem, faultPlaces } from '../support/admin-problem.js';
import { send, type HttpRequest } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

const AUTHORIZED: readonly [string, string] = ['Authorization', `Bearer ${ADMIN_API_KEY}`];
const JSON_BODY: readonly [string, string] = ['Content-Type', 'application/json'];
const LIST = '/admin/consumers';

describe('Admin API: consumers that are refused, and where the fault lies, with nothing changed', () => {
  const { database, service } = serviceForAllTests();
  let before: unknown[];

  const everything = () => database.query('SELECT * FROM consumers ORDER BY consumer_key');

  beforeAll(async () => {
    await service.registerConsumer({ consumerKey: 'one', consumerSecret: 'known-secret' });
    before = await everything();
  });
  afterEach(async () => {
    expect(await everything()).toEqual(before);
  });

  const ask = (request: Omit<HttpRequest, 'base'>) =>
    send({ base: service.adminBase, target: LIST, headers: [AUTHORIZED], ...request });
  const post = (body: string | Buffer, headers: [string, string][] = []) =>
    ask({ method: 'POST', headers: [AUTHORIZED, JSON_BODY, ...headers], body });

  const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);
  const uris = (count: number) => many(count).map((name) => `https://example.com/${name}`);
  const rsaKey = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits });
  const spki: KeyExportOptions<'pem'> = { type: 'spki', format: 'pem' };
  const { privateKey } = rsaKey(2048);
  const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

  it.each<[pointer: string, value: unknown]>([
    ['/name', null],
    ['/name', ''],
    ['/name', ' \t '],
    ['/name', 7],
    ['/name', ['x']],
    ['/name', 'x'.repeat(201)],
    ['/name', 'a\nb'],
    ['/name', 'a\0b'],
    ['/name', 'a\u007fb'],
    ['/name', 'a\u202eb'],
    ['/name', 'a\u2066b'],
    ['/name', 'a\u2028b'],
    ['/name', 'a\ud800b'],
    ['/description', 'x'.repeat(2001)],
    ['/description', 'a\0b'],
    ['/description', {}],
    ['/legalNotice', 'x'.repeat(10_001)],
    ['/callbackUrls', 'https://example.com/'],
    ['/callbackUrls', { 0: 'https://example.com/' }],
    ['/callbackUrls', uris(21)],
    ['/callbackUrls/0', ['oob']],
    ['/callbackUrls/1', ['https://example.com/', 'javascript:alert(1)']],
    ['/callbackUrls/0', ['data:text/html,x']],
    ['/callbackUrls/0', ['file:///etc/passwd']],
    ['/callbackUrls/0', ['myapp:/back']],
    ['/callbackUrls/0', ['https://user@example.com/']],
    ['/callbackUrls/0', ['https://example.com/#x']],
    ['/callbackUrls/0', ['/relative']],
    ['/callbackUrls/0', ['https://example.com/\n']],
    ['/callbackUrls/0', [`https://example.com/${'x'.repeat(2048)}`]],
    ['/callbackUrls/0', [null]],
    ['/callbackUrls/1', ['https://example.com/', 'https://example.com/']],
    ['/scopes', 'photos'],
    ['/scopes', many(101)],
    ['/scopes/0', ['']],
    ['/scopes/0', ['two scopes']],
    ['/scopes/0', ['quo"te']],
    ['/scopes/0', ['back\\slash']],
    ['/scopes/0', ['größe']],
    ['/scopes/0', ['x'.repeat(101)]],
    ['/scopes/2', ['a', 'b', 'a']],
    ['/signatureMethods', []],
    ['/signatureMethods', 'HMAC-SHA1'],
    ['/signatureMethods/0', ['hmac-sha1']],
    ['/signatureMethods/0', ['none']],
    ['/signatureMethods/0', ['constructor']],
    ['/signatureMethods/0', ['__proto__']],
    ['/signatureMethods/1', ['HMAC-SHA1', 'HMAC-SHA1']],
    ['/rsaPublicKey', ''],
    ['/rsaPublicKey', 'not a key'],
    ['/rsaPublicKey', {}],
    ['/rsaPublicKey', privatePem],
    ['/rsaPublicKey', rsaKey(1024).publicKey.export(spki)],
    ['/rsaPublicKey', elliptic.export(spki)],
    ['/twoLegged', 'true'],
    ['/twoLegged', 1],
    ['/accessTokenTtlSeconds', -1],
    ['/accessTokenTtlSeconds', 1.5],
    ['/accessTokenTtlSeconds', '60'],
    ['/accessTokenTtlSeconds', 315_360_001],
    ['/accessTokenTtlSeconds', 1e300],
    ['/websiteUrl', 'ftp://example.com/'],
    ['/websiteUrl', 'javascript:alert(1)'],
    ['/websiteUrl', 'https://user:password@example.com/'],
    ['/websiteUrl', 'https://example.com/ x'],
    ['/websiteUrl', 'example.com'],
    ['/allowedAddresses', '192.0.2.1'],
    ['/allowedAddresses/0', ['192.0.2']],
    ['/allowedAddresses/0', ['192.0.2.1/33']],
    ['/allowedAddresses/0', ['192.0.2.1/']],
    ['/allowedAddresses/0', ['192.0.2.1/8/8']],
    ['/allowedAddresses/0', ['0300.0.2.1']],
    ['/allowedAddresses/0', ['fe80::1%eth0']],
    ['/allowedAddresses/0', ['::/129']],
    ['/allowedAddresses/0', ['::ffff:192.0.2.0/24']],
    ['/allowedAddresses/0', ['localhost']],
    ['/allowedAddresses', many(101)],
    ['/expiresAt', '2030-02-30T00:00:00Z'],
    ['/expiresAt', '2030-01-01'],
    ['/expiresAt', '2030-01-01T00:00:00'],
    ['/expiresAt', '0000-01-01T00:00:00Z'],
    ['/expiresAt', '+275760-09-13T00:00:00Z'],
    ['/expiresAt', 'tomorrow'],
    ['/expiresAt', 1_900_000_000],
    ['/labels', []],
    ['/labels', 'x'],
    ['/labels', { '': 'x' }],
    ['/labels', { ['x'.repeat(101)]: 'y' }],
    ['/labels', Object.fromEntries(many(51).map((name) => [name, 'y']))],
    ['/labels/a~1b~0c', { 'a/b~c': 1 }],
    ['/labels/a', { a: null }],
    ['/labels/a', { a: 'x'.repeat(501) }],
    ['/labels/a', { a: 'a\0b' }],
    ['/unknown', 1],
    ['/constructor', 1],
    ['/hasOwnProperty', 1],
    ['/version', 9],
    ['/secret', 'x'],
    ['/createdAt', '2030-01-01T00:00:00Z'],
  ])('400 validation_failed at %s, created and changed (%#)', async (pointer, value) => {
    const property = pointer.split('/')[1] ?? '';
    const change = { [property]: value };
    const creation = await post(JSON.stringify({ name: 'x', ...change }));
    const patch = await ask({
      method: 'PATCH',
      target: `${LIST}/one`,
      headers: [AUTHORIZED, JSON_BODY],
      body: JSON.stringify(change),
    });
    for (const reply of [creation, patch]) {
      expect(faultPlaces(reply)).toEqual([pointer]);
    }
  });

  it.each<[pointer: string, body: Record<string, unknown>]>([
    ['/status', { status: 'disabled' }],
    ['/consumerKey', { consumerKey: '' }],
    ['/consumerKey', { consumerKey: 'x'.repeat(256) }],
    ['/consumerKey', { consumerKey: '😀'.repeat(256) }],
    ['/consumerKey', { consumerKey: 'a\0b' }],
    ['/consumerKey', { consumerKey: 'a\nb' }],
    ['/consumerKey', { consumerKey: '\udc00' }],
    ['/consumerKey', { consumerKey: 5 }],
    ['/consumerKey', { consumerKey: '.' }],
    ['/consumerKey', { consumerKey: '..' }],
    ['/consumerSecret', { consumerSecret: '' }],
    ['/consumerSecret', { consumerSecret: 'x'.repeat(1025) }],
    ['/consumerSecret', { consumerSecret: 'a\0b' }],
    ['/consumerSecret', { consumerSecret: 'a\ud800' }],
    ['/rsaPublicKey', { signatureMethods: ['HMAC-SHA1', 'RSA-SHA1'] }],
    ['/consumerSecret', { consumerSecret: 'x', rsaPublicKey: rsaKey(2048).publicKey.export(spki) }],
  ])('400 validation_failed at %s of a new consumer (%#)', async (pointer, body) => {
    const reply = await post(JSON.stringify({ name: 'x', ...body }));
    expect(faultPlaces(reply)).toEqual([pointer]);
  });

  it.each([
    ['/status', { status: 'revoked' }],
    ['/status', { status: null }],
    ['/consumerKey', { consumerKey: 'two' }],
    ['/consumerSecret', { consumerSecret: 'x' }],
  ])('400 validation_failed at %s of a change (%#)', async (pointer, body) => {
    const reply = await ask({
      method: 'PATCH',
      target: `${LIST}/one`,
      headers: [AUTHORIZED, JSON_BODY],
      body: JSON.stringify(body),
    });
    expect(faultPlaces(reply)).toEqual([pointer]);
  });

  it('refuses __proto__ as a property', async () => {
    const reply = await post('{"name":"x","__proto__":{"twoLegged":true}}');
    expectProblem(reply, 400, 'validation_failed');
    expect(reply.json().errors[0].pointer).toBe('/__proto__');
  });

  it('tells all faults at once', async () => {
    const reply = await post('{"name":"","scopes":["a b"],"x":1}');
    expect(faultPlaces(reply)).toEqual(['/x', '/name', '/scopes/0']);
  });

  it('bounds what it repeats of a hostile body', async () => {
    const names = Object.fromEntries(many(3000).map((name) => [name.padEnd(15, 'y'), 1]));
    const reply = await post(JSON.stringify(names));
    expect(reply.json().errors).toHaveLength(50);
    expect((await post(`{"${'x'.repeat(60_000)}":1}`)).text.length).toBeLessThan(2000);
  });

  it('warns of a pasted private key, and repeats nothing of it', async () => {
    const reply = await post(JSON.stringify({ name: 'x', rsaPublicKey: privatePem }));
    expect(reply.json().errors[0].detail).toMatch(/private key/);
    expect(reply.text).not.toContain(privatePem.split('\n')[1]);
  });

  it('409 consumer_key_taken, without a word about the one who has it', async () => {
    const reply = await post('{"name":"x","consumerKey":"one","consumerSecret":"y"}');
    expectProblem(reply, 409, 'consumer_key_taken');
    expect(reply.text).not.toContain('Test consumer');
  });
});
