import { Logger, type ArgumentsHost } from '@nestjs/common';
import { unauthorized } from './assert-allowed.js';
import { AdminProblemFilter } from './admin-problem.filter.js';
import type { RefusedCalls } from './refused-calls.js';

/** The framework does not wait for filters, so that a rejection of one would end the process. */
describe('a filter that waits for something rejects never', () => {
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(true));

  it('but ends the connection', async () => {
    const record = () => Promise.reject(new Error('not foreseen'));
    const filter = new AdminProblemFilter({ record } as unknown as RefusedCalls);
    let ended = false;
    const request = { url: '/admin/consumers', method: 'POST', socket: {} };
    const response = {
      req: { headers: {}, rawHeaders: [] },
      getHeader: () => 'an id',
      destroy: () => (ended = true),
    };
    const http = { getRequest: () => request, getResponse: () => response };
    const host = { switchToHttp: () => http } as unknown as ArgumentsHost;
    await expect(filter.catch(unauthorized('No.'), host)).resolves.toBeUndefined();
    expect(ended).toBe(true);
  });
});
