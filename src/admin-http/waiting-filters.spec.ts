import { BadRequestException, Logger, type ArgumentsHost } from '@nestjs/common';
import type { PageHandler } from '../authorization/page-handler.js';
import { UndecodablePathFilter } from '../authorization/undecodable-path.filter.js';
import { unauthorized } from './assert-allowed.js';
import { AdminProblemFilter } from './admin-problem.filter.js';
import type { RefusedCalls } from './refused-calls.js';

/** The framework does not wait for filters, so that a rejection of one would end the process. */
describe('a filter that waits for something rejects never', () => {
  const failing = () => Promise.reject(new Error('not foreseen'));
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => Logger.overrideLogger(true));

  it.each([
    [
      'of the admin API',
      new AdminProblemFilter({ record: failing } as unknown as RefusedCalls),
      unauthorized('No.'),
    ],
    [
      "of the owner's pages",
      new UndecodablePathFilter({ serve: failing } as unknown as PageHandler),
      new BadRequestException(),
    ],
  ])('%s', async (_, filter, error) => {
    const request = { url: '/oauth/auz/%ff', method: 'POST', socket: {} };
    let ended = false;
    const response = {
      req: { headers: {}, rawHeaders: [] },
      getHeader: () => 'an id',
      destroy: () => (ended = true),
    };
    const http = { getRequest: () => request, getResponse: () => response };
    const host = { switchToHttp: () => http } as unknown as ArgumentsHost;
    await expect(filter.catch(error as never, host)).resolves.toBeUndefined();
    expect(ended).toBe(true);
  });
});
