import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../../src/openapi/document.js';
import { PROBLEMS } from '../../src/http/problem-details.js';
import { send, type HttpReply } from '../support/http.js';
import { realRoutes } from '../support/real-routes.js';
import { WITH_ISSUER } from '../support/platform-issuer.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document is probed at places of any shape */
const document = JSON.parse(JSON.stringify(openApiDocument())) as any;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

interface Operation {
  readonly path: string;
  readonly method: string;
  readonly spec: any;
}

const operations: Operation[] = Object.entries<any>(document.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({ path, method, spec: item[method] })),
);

// Routes that answer 405 for other methods or catch unknown paths, and routes for pages and files.
const UNDESCRIBED = [
  // A short directory for people.
  /^\/$/,
  /^\/admin\/\{\*rest\}$/,
  /^\/docs/,
  /^\/console/,
  /^\/oauth\/auz\/(?!authorize$)/,
  /^\/authz\/ext-authz$/,
];

describe('OpenAPI 3.1 at /docs/openapi.json', () => {
  const { database, service } = serviceForAllTests(WITH_ISSUER);
  const get = (target: string) => send({ base: service.adminBase, target });

  it('is served without a key, on the admin listener alone', async () => {
    const reply = await get('/docs/openapi.json');
    expect([reply.status, reply.headers['content-type']]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    expect(reply.json()).toEqual(document);
    const outside = await send({ base: service.publicBase, target: '/docs/openapi.json' });
    expect(outside.status).toBe(404);
  });

  it('is the copy in docs/, which `npm run openapi` writes', () => {
    const copy = readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8');
    expect(JSON.parse(copy)).toEqual(document);
  });

  it('describes every route that there is, and no other', async () => {
    const routes = await realRoutes(database.url);
    const served = routes
      .filter(({ path }) => !UNDESCRIBED.some((pattern) => pattern.test(path)))
      .map(({ path, method }) => ({ path: path.replace(/:(\w+)/g, '{$1}'), method }));
    const missing = served.filter(
      ({ path, method }) =>
        !operations.some(
          (operation) =>
            operation.path === path &&
            (method === 'ALL' || method === operation.method.toUpperCase()),
        ),
    );
    expect(missing).toEqual([]);
    const unserved = operations
      .filter(({ path }) => !path.startsWith('/authz/ext-authz/'))
      .filter(
        ({ path, method }) =>
          !routes.some(
            (route) =>
              route.path.replace(/:(\w+)/g, '{$1}') === path &&
              (route.method === 'ALL' || route.method === method.toUpperCase()),
          ),
      );
    expect(unserved.map(({ path, method }) => `${method} ${path}`)).toEqual([]);
  });

  it('has a name of its own, a summary and a success for each operation', () => {
    const names = operations.map(({ spec }) => spec.operationId as string);
    expect(new Set(names).size).toBe(names.length);
    for (const { spec } of operations) {
      expect(spec.summary).toMatch(/^\S.*\S$/);
      expect(Object.keys(spec.responses).some((status) => /^[23]/.test(status))).toBe(true);
    }
  });

  it('says of each operation of staff whom it is for', () => {
    const ofStaff = operations.filter(({ path }) => /^\/(admin|verify|authz)/.test(path));
    for (const { spec } of ofStaff) expect(spec['x-roles']).toContain('admin');
    expect(ofStaff.length).toBeGreaterThan(10);
  });

  it('has every part that it refers to', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    for (const [, path = ''] of references) {
      const part = path.split('/').reduce((node, step) => node?.[step], document);
      expect([path, typeof part]).toEqual([path, 'object']);
    }
    for (const { path, spec } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const given = [...(document.paths[path].parameters ?? []), ...(spec.parameters ?? [])]
        .map((one: any) =>
          one.$ref ? document.components.parameters[one.$ref.split('/').at(-1)] : one,
        )
        .filter((one: any) => one.in === 'path')
        .map((one: any) => one.name);
      expect([path, given]).toEqual([path, named]);
    }
  });

  describe('tells the truth', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'api', components: document.components }, 'api');

    /** Checks a reply against the document's description of the operation. */
    function assertAsDescribed(operationId: string, reply: HttpReply): void {
      const { spec } = operations.find(({ spec }) => spec.operationId === operationId)!;
      const described = spec.responses[reply.status];
      expect([operationId, reply.status, Boolean(described)]).toEqual([
        operationId,
        reply.status,
        true,
      ]);
      const [content] = Object.values<any>(described.content ?? {});
      if (!content?.schema) return;
      const reference = (content.schema.$ref as string).replace('#', 'api#');
      const validate = ajv.getSchema(reference)!;
      const type = reply.headers['content-type'];
      const values = type === 'application/x-ndjson' ? reply.text.trim().split('\n') : [reply.text];
      for (const value of values) {
        expect([validate(JSON.parse(value)), validate.errors]).toEqual([true, null]);
      }
    }
    it('of each reply by an example that fits', () => {
      let examples = 0;
      for (const { path, method, spec } of operations) {
        for (const [status, { content = {} }] of Object.entries<any>(spec.responses)) {
          for (const [type, { schema, example }] of Object.entries<any>(content)) {
            if (schema?.$ref === undefined) continue;
            const place = `${method} ${path} ${status} ${type}`;
            expect([place, typeof example]).toEqual([
              place,
              type === 'text/plain' ? 'string' : 'object',
            ]);
            examples += 1;
            if (type === 'text/plain') continue;
            const validate = ajv.getSchema(schema.$ref.replace('#', 'api#'))!;
            expect([place, validate(example), validate.errors]).toEqual([place, true, null]);
            if (type === 'application/problem+json') expect(String(example.status)).toBe(status);
          }
        }
      }
      expect(examples).toBeGreaterThan(150);
    });

    const tried = new Set<string>();
    const example = async (operationId: string, names: Record<string, string> = {}) => {
      const { path, method, spec } = operations.find(
        ({ spec: { operationId: id } }) => id === operationId,
      )!;
      const target = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent(names[name] ?? ''),
      );
      const [[type, content] = []] = Object.entries<any>(spec.requestBody?.content ?? {});
      const reply =
        type === 'application/x-ndjson'
          ? await service.adminFile(target, content.example)
          : await service.admin(method.toUpperCase(), target, content?.example);
      tried.add(operationId);
      assertAsDescribed(operationId, reply);
      return reply;
    };

    it('every example of an operation of staff works, and is answered as described', async () => {
      const consumer = (await example('registerConsumer')).json();
      const names = { consumerKey: consumer.consumerKey as string };
      await example('listConsumers');
      await example('getConsumer', names);
      for (const decision of ['acceptAuthorizationRequest', 'rejectAuthorizationRequest']) {
        const { token } = await service.initiate(consumer);
        await example('getAuthorizationRequest', { oauthToken: token });
        expect((await example(decision, { oauthToken: token })).status).toBe(200);
      }
      const { token } = (await example('mintToken', names)).json();
      await example('listTokens');
      await example('getToken', { token });
      expect((await example('revokeToken', { token })).status).toBe(204);
      await example('revokeTokens');
      await example('rotateConsumerSecret', names);
      await example('getConsumerSecretStanding', names);
      await example('setWeakSignaturesUntil', names);
      await example('getWeakSignatures', names);
      await example('listWeakSigners');
      for (const status of [201, 200]) {
        expect((await example('describeScope', { scope: 'photos' })).status).toBe(status);
      }
      await example('getScope', { scope: 'photos' });
      await example('listScopes');
      expect((await example('forgetScope', { scope: 'photos' })).status).toBe(204);
      const { id } = (await example('createApiKey')).json();
      await example('listSigningKeys');
      expect((await example('rotateSigningKey')).status).toBe(200);
      await example('listApiKeys');
      expect((await example('deleteApiKey', { id })).status).toBe(204);
      expect((await example('importRecords')).status).toBe(200);
      await example('exportRecords');
      await example('verify');
      await example('checkSignature');
      expect((await example('changeConsumer', names)).status).toBe(200);
      expect((await example('deleteConsumer', names)).status).toBe(204);
      await example('listAuditEvents');
      await example('listEvents');
      const unknown = { id: '019cb2b5-0d4e-7c4a-9c1f-3f1f1d0a7a11' };
      expect((await example('replayEvent', unknown)).status).toBe(404);
      const ofStaff = operations
        .filter(({ path }) => /^\/(admin|verify)/.test(path))
        .map(({ spec }) => spec.operationId as string);
      expect(ofStaff.filter((operationId) => !tried.has(operationId))).toEqual([]);
    });

    it('a refusal is a problem as described, whose type leads to a page', async () => {
      const replies = [
        await service.admin('GET', '/admin/consumers/nobody'),
        await service.admin('POST', '/admin/consumers', { nmae: 'x' }),
        await get('/admin/consumers'),
      ];
      for (const reply of replies) {
        const validate = ajv.getSchema('api#/components/schemas/Problem')!;
        expect([validate(reply.json()), validate.errors]).toEqual([true, null]);
        expect((await get(reply.json().type)).status).toBe(200);
      }
    });
  });

  it.each(Object.keys(PROBLEMS))('has a page for the problem %s', async (code) => {
    const page = await get(`/docs/problems/${code}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<code>${code}</code>`);
    expect(page.text).not.toContain('undefined');
  });

  it.each(['__proto__', 'constructor', 'toString', '%2e%2e', 'nothing'])(
    'has no page for %s',
    async (code) => {
      expect((await get(`/docs/problems/${code}`)).status).toBe(404);
    },
  );

  it('brings Swagger UI along, all of it from this service, under a policy', async () => {
    const page = await get('/docs');
    expect(page.text).toContain('<a href="/console/signature-check">Check a signature</a>');
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    const files = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(4);
    // Without a session the console redirects to its sign-in.
    const expected = (file: string) => (file.startsWith('/console/') ? 302 : 200);
    for (const file of files)
      expect([file, (await get(file)).status]).toEqual([file, expected(file)]);
    expect(page.text).not.toMatch(/https?:\/\//);
  });

  it.each<[string, string]>([
    ['If-Match', '"x"'],
    ['Range', 'bytes=99999999-'],
    ['Range', 'bytes=0-1'],
  ])('sends a file of Swagger UI whole, whatever is asked of it: %s %s', async (name, value) => {
    const headers = [[name, value]] as const;
    const target = '/docs/assets/swagger-ui.css';
    const reply = await send({ base: service.adminBase, target, headers });
    expect([reply.status, reply.headers['content-type'], reply.headers['cache-control']]).toEqual([
      200,
      'text/css; charset=utf-8',
      'public, max-age=86400',
    ]);
    expect(reply.text).toContain('.swagger-ui');
  });

  it.each(['package.json', '..%2fpackage.json', '%2e%2e/package.json', 'index.html', ''])(
    'serves no other file: %s',
    async (name) => {
      expect((await get(`/docs/assets/${name}`)).status).toBe(404);
    },
  );
});
