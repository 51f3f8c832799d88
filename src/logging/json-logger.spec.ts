import type { LogLevel } from '../config/setting-definitions.js';
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

  it('has the fields beside the message, as Nest hands them on', () => {
    const [line] = logged('info', (logger) => {
      Logger.overrideLogger(logger);
      new Logger('Sweeper').error('A sweep failed', { sweep: 'nonces', 'error.type': '57014' });
    });
    const context = 'Sweeper';
    expect(line).toMatchObject({ msg: 'A sweep failed', sweep: 'nonces', context });
    expect(line).toHaveProperty(['error.type'], '57014');
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
    route: '/oauth/oauth10/echo',
    isVerdict: true,
    status: 401,
    problem: 'consumer_key_rejected',
    problemDetail: 'disabled',
    hint: undefined,
    consumerKey: 'key',
    isConsumerKnown: true,
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    durationSeconds: 0.01234,
  } as const;

  const FIELDS = {
    'http.request.method': 'GET',
    'http.route': '/oauth/oauth10/echo',
    'http.response.status_code': 401,
    problem: 'consumer_key_rejected',
    problemDetail: 'disabled',
    consumerKey: 'key',
    durationMilliseconds: 12.3,
    requestId: 'r-1',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  };

  it('has fields for a collector', () => {
    const [line] = logged('info', (logger) => {
      new RequestLog(logger).write(answered);
    });
    expect(line).toMatchObject({
      level: 'info',
      service: 'oauth10',
      context: 'Request',
      msg: 'answered',
      ...FIELDS,
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

  it('has the same fields at a terminal', () => {
    const [line] = logged('info', (logger) => {
      Logger.overrideLogger(logger);
      new RequestLog(undefined).write(answered);
    });
    expect(line).toMatchObject({ msg: 'answered', context: 'Request', ...FIELDS });
  });
});
