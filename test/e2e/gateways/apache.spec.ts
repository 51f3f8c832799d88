import { readFileSync } from 'node:fs';
import { APACHE, describeWith } from '../../support/debian-tools.js';
import { startApache, type GatewayProcess } from '../../support/gateway-process.js';
import { send } from '../../support/http.js';
import { startRecordingApi, type RecordingApi } from '../../support/recording-api.js';
import { serviceForAllTests } from '../../support/service-for-all-tests.js';
import { signRequest } from '../../support/signing-client.js';

describe('docs/gateways/apache.conf', () => {
  it('is what its page shows', () => {
    const shown = readFileSync('docs/gateways/apache.md', 'utf8');
    expect(shown).toContain(`\n${readFileSync('docs/gateways/apache.conf', 'utf8')}\`\`\`\n`);
  });

  describeWith([APACHE], 'Apache httpd', () => {
    const { service } = serviceForAllTests();
    let api: RecordingApi;
    let toApi: GatewayProcess;
    let toService: GatewayProcess;

    beforeAll(async () => {
      api = await startRecordingApi();
      const wiring = { verifier: '', gatewayKey: '' };
      toApi = await startApache({ ...wiring, upstream: api.address });
      toService = await startApache({ ...wiring, upstream: new URL(service.publicBase).host });
    });
    afterAll(async () => {
      await toApi?.stop();
      await toService?.stop();
      await api?.stop();
    });

    it.each([
      '/a%2Fb/c%2fd',
      '/%7Eme/a%2Cb%41',
      '/a//b',
      '/a+b/c%20d?q=a+b&q=a%20b&q=a%2Bb',
      '/p?e=&f&e=1',
      '/p?',
      '/',
    ])(
      '%s reaches the API as it was sent, under the name that the client wrote',
      async (target) => {
        api.taken();
        const reply = await send({
          base: toApi.base,
          target,
          headers: [
            ['Host', 'api.example.com:8443'],
            ['X-OAuth-Subject', 'forged'],
            ['X-OAuth-Assertion', 'forged'],
            ['X-Forwarded-For', '192.0.2.1'],
          ],
        });
        expect(reply.status).toBe(200);
        const [request] = api.taken();
        const headers = new Map(
          request?.headers.map(([name, value]) => [name.toLowerCase(), value]),
        );
        expect([request?.target, headers.get('host')]).toEqual([target, 'api.example.com:8443']);
        expect(headers.get('x-oauth-subject')).toBeUndefined();
        expect(headers.get('x-oauth-assertion')).toBeUndefined();
        expect(headers.get('x-forwarded-for')).toBe('127.0.0.1');
        expect(headers.get('x-forwarded-proto')).toBe('http');
      },
    );

    it('is right in front of this service, too', async () => {
      const consumer = await service.registerConsumer({ twoLegged: true });
      const url = `${toService.base}/oauth/oauth10/echo?a=%7Eb%2Cc&d=e+f`;
      const { target, headers } = signRequest({ method: 'GET', url, ...consumer });
      expect((await send({ base: toService.base, target, headers })).status).toBe(200);
    });
  });
});
