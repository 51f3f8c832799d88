import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../../src/openapi/document.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

describe('what a newcomer opens first', () => {
  const { service } = serviceForAllTests();

  it.each(['/', '/?a=b'])('%s on the admin listener leads to the operations', async (target) => {
    const reply = await send({ base: service.adminBase, target });
    expect([reply.status, reply.headers['location']]).toEqual([302, '/docs']);
    expect((await send({ base: service.adminBase, target: '/docs' })).status).toBe(200);
  });

  it.each(['/', '/?a=b'])('%s on the public listener says what this is', async (target) => {
    const reply = await send({ base: service.publicBase, target });
    expect([reply.status, reply.headers['location']]).toEqual([404, undefined]);
    expect(reply.text).toMatch(/OAuth 1\.0a.*RFC 5849/);
  });

  it.each(['//', '/x', '/docs', '/index.html'])('%s there is nothing', async (target) => {
    expect((await send({ base: service.publicBase, target })).status).toBe(404);
  });

  it('the version is that of the package, in the document and in the metrics', async () => {
    const document = openApiDocument() as { info: { version: string } };
    expect(document.info.version).toBe(version);
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(text).toContain(
      `oauth10_build_info{version="${version}",node_version="${process.version}"} 1`,
    );
  });

  it('each operation of the public listener names that as its server', () => {
    const { paths } = openApiDocument() as { paths: Record<string, { servers?: object[] }> };
    for (const [path, { servers }] of Object.entries(paths)) {
      expect([path, servers !== undefined]).toEqual([path, path.startsWith('/oauth/')]);
    }
  });

  it('the page of the operations keeps the key that was entered', async () => {
    const { text } = await send({ base: service.adminBase, target: '/docs/initializer.js' });
    expect(text).toContain('persistAuthorization: true');
  });
});
