import { Logger } from '@nestjs/common';
import { expectProblem } from '../support/admin-problem.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';

const LIST = '/admin/consumers';

describe('Admin API: trouble below', () => {
  const { database, service } = serviceForAllTests();

  beforeAll(async () => {
    Logger.overrideLogger(false);
  });

  it('answers 503 store_unavailable with Retry-After while the database does not answer', async () => {
    await database.query('BEGIN; LOCK TABLE consumers IN ACCESS EXCLUSIVE MODE');
    try {
      const locked = await Promise.all([
        service.admin('GET', LIST),
        service.admin('POST', LIST, { name: 'x' }),
        service.admin('PATCH', `${LIST}/x`, { name: 'x' }),
        service.admin('DELETE', `${LIST}/x`),
        service.admin('GET', '/admin/authorization-requests/x'),
      ]);
      for (const reply of locked) {
        expectProblem(reply, 503, 'store_unavailable');
        expect(reply.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
    } finally {
      await database.query('ROLLBACK');
    }
    expect((await service.admin('GET', LIST)).status).toBe(200);
  });

  it('answers 500 internal_error, which tells nothing, to a fault of our own', async () => {
    await database.query('ALTER TABLE consumers RENAME TO renamed');
    const broken = await service.admin('GET', LIST);
    await database.query('ALTER TABLE renamed RENAME TO consumers');
    expectProblem(broken, 500, 'internal_error');
    expect(broken.text).not.toMatch(/relation|consumers|SELECT|Error:/);
  });
});
