import type { LogLevel } from '../config/environment.js';
import { JsonLogger } from './json-logger.js';
import { RequestLog } from './request-log.js';
import { Logger } from '@nestjs/common';

function logged(level: LogLevel, talk: (logger: JsonLogger) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  talk(new JsonLogger(level, { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log for a collector', () => {
  it('is one object a line: level by name, time in ISO 8601, context, message', () => {
    const [line] = logged('info', (logger) => logger.warn('slow', 'Database'));
    expect(line).toMatchObject({
      level: 'warn',
      service: 'oauth10',
      context: 'Database',
      msg: 'slow',
    });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it.each([
    ['silent', []],
    ['error', ['error']],
    ['info', ['error', 'warn', 'info']],
    ['trace', ['error', 'warn', 'info', 'debug', 'trace']],
  ] as const)('LOG_LEVEL=%s lets through %j', (level, expected) => {
    const lines = logged(level, (logger) => {
      logger.error('e');
      logger.warn('w');
      logger.log('l');
      logger.debug('d');
      logger.verbose('v');
    });
    expect(lines.map((line) => line['level'])).toEqual(expected);
  });

  it('keeps the framework from announcing its routes', () => {
    expect(logged('trace', (logger) => logger.log('Mapped {/x, GET}', 'RouterExplorer'))).toEqual(
      [],
    );
  });

  it('keeps the stack of an error', () => {
    const [line] = logged('info', (logger) => logger.error('failed', 'Error: x\n  at y', 'Store'));
    expect(line).toMatchObject({ msg: 'failed', stack: 'Error: x\n  at y', context: 'Store' });
  });

  it('drops secrets, should a careless hand ever log a request or a reply', () => {
    const [line] = logged('info', (logger) =>
      logger.log({
        headers: { authorization: 'OAuth canary-1', cookie: 'canary-2', host: 'kept' },
        consumerSecret: 'canary-3',
        body: 'canary-4',
        reply: { tokenSecret: 'canary-5', oauthVerifier: 'canary-6', key: 'canary-7' },
      }),
    );
    expect(JSON.stringify(line)).not.toContain('canary');
    expect(line).toMatchObject({ headers: { host: 'kept' } });
  });

  it('survives what JSON cannot say', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(logged('info', (logger) => logger.log(circular))).toHaveLength(1);
    expect(logged('info', (logger) => logger.log({ size: 1n }))).toHaveLength(1);
  });
});

describe('the line of an answered request', () => {
  const answered = {
    requestId: 'r-1',
    method: 'GET',
    endpoint: 'echo',
    status: 401,
    problem: 'nonce_used',
    durationSeconds: 0.01234,
  } as const;

  it('has fields for a collector', () => {
    const [line] = logged('info', (logger) => {
      new RequestLog(logger).write(answered);
    });
    expect(line).toMatchObject({
      level: 'info',
      service: 'oauth10',
      context: 'Request',
      msg: 'answered',
      requestId: 'r-1',
      endpoint: 'echo',
      status: 401,
      problem: 'nonce_used',
      durationMilliseconds: 12.3,
    });
  });

  it.each([
    [{ ...answered, endpoint: 'health', status: 200, problem: undefined }, 'debug'],
    [{ ...answered, status: 503, problem: undefined }, 'warn'],
  ] as const)('%j is at its level', (request, level) => {
    const [line] = logged('trace', (logger) => {
      new RequestLog(logger).write(request);
    });
    expect(line?.['level']).toBe(level);
  });

  it('reads as a sentence at a terminal', () => {
    const [line] = logged('info', (logger) => {
      Logger.overrideLogger(logger);
      new RequestLog(undefined).write(answered);
    });
    expect(line?.['msg']).toBe('GET echo: 401 nonce_used in 12.3 ms');
  });
});
