import type { ExecutionContext } from '@nestjs/common';
import { EventEmitter } from 'node:events';
import { lastValueFrom, of } from 'rxjs';
import { AnswersAtOnce } from './answers-at-once.js';

describe('how many of the documents are on their way at once', () => {
  const next = { handle: () => of('served') };
  const contextOf = (response: EventEmitter) =>
    ({ switchToHttp: () => ({ getResponse: () => response }) }) as unknown as ExecutionContext;

  it('are 16, until one has been taken or given up', async () => {
    const bound = new AnswersAtOnce();
    const serve = (response: EventEmitter) =>
      lastValueFrom(bound.intercept(contextOf(response), next));
    const responses = Array.from({ length: 16 }, () => new EventEmitter());
    for (const response of responses) expect(await serve(response)).toBe('served');
    expect(() => bound.intercept(contextOf(new EventEmitter()), next)).toThrow('request_in_flight');
    responses[3]?.emit('close');
    expect(await serve(new EventEmitter())).toBe('served');
    expect(() => bound.intercept(contextOf(new EventEmitter()), next)).toThrow('request_in_flight');
  });
});
