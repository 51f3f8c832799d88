import { createTestDatabase } from '../../support/database.js';
import { CADDY, describeWith } from '../../support/debian-tools.js';
import { startPlainCaddy } from '../../support/gateway-process.js';
import { send } from '../../support/http.js';
import { startRecordingApi } from '../../support/recording-api.js';
import { ADMIN_API_KEY, startTestService } from '../../support/service.js';
import { signRequest } from '../../support/signing-client.js';

const IDENTITY = [
  'X-OAuth-Consumer-Key',
  'X-OAuth-Token',
  'X-OAuth-Subject',
  'X-OAuth-Scope',
  'X-OAuth-Body-Verified',
  'X-OAuth-Assertion',
];

describeWith([CADDY], 'Caddy with a plain copy_headers and nothing else', () => {
  it('overwrites all that the client says of who signed', async () => {
    const database = await createTestDatabase();
    const service = await startTestService(database.url);
    const api = await startRecordingApi();
    const verifier = new URL(service.adminBase).host;
    const gateway = await startPlainCaddy({
      verifier,
      upstream: api.address,
      gatewayKey: ADMIN_API_KEY,
    });
    try {
      const consumer = await service.registerConsumer({ twoLegged: true });
      api.taken();
      const url = `${gateway.base}/photos`;
      const forged = IDENTITY.map((name) => [name, 'forged'] as const);
      const signed = signRequest({ method: 'GET', url, ...consumer, headers: forged });
      expect((await send({ base: gateway.base, ...signed })).status).toBe(200);
      const [request] = api.taken();
      const told = request?.headers
        .map(([name, value]) => [name.toLowerCase(), value] as const)
        .filter(([name]) => name.startsWith('x-oauth-'));
      expect(Object.fromEntries(told ?? [])).toEqual({
        'x-oauth-consumer-key': consumer.consumerKey,
        'x-oauth-token': '',
        'x-oauth-subject': '',
        'x-oauth-scope': '',
        'x-oauth-body-verified': 'false',
        'x-oauth-assertion': '',
      });
    } finally {
      await gateway.stop();
      await api.stop();
      await service.stop(0);
      await database.drop();
    }
  });
});
