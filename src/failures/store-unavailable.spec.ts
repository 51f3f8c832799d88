import { QueryFailedError } from 'typeorm';
import { isStoreUnavailable, StoreUnavailable } from './store-unavailable.js';

const withCode = (code: string) => Object.assign(new Error('of some kind'), { code });

describe('the store is out of reach', () => {
  it.each([
    ['the socket', ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH']],
    ['the name of the host', ['ENOTFOUND', 'EAI_AGAIN']],
    ['the connection', ['08000', '08001', '08003', '08006', '08P01']],
    ['a server that restarts', ['57P01', '57P02', '57P03']],
    ['a server that is full', ['53000', '53100', '53200', '53300']],
    ['an old primary', ['25006']],
    ['other transactions', ['40001', '40P01', '55P03', '57014']],
  ])('when %s says so', (_who, codes) => {
    for (const code of codes)
      expect([code, isStoreUnavailable(withCode(code))]).toEqual([code, true]);
  });

  it.each([
    'timeout exceeded when trying to connect',
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
    'Cannot use a pool after calling end on the pool',
  ])('when the driver says "%s"', (message) => {
    expect(isStoreUnavailable(new Error(message))).toBe(true);
  });

  it('when TypeORM, Node or we ourselves wrap one of these', () => {
    const refused = withCode('ECONNREFUSED');
    expect(isStoreUnavailable(new QueryFailedError('SELECT 1', [], refused))).toBe(true);
    expect(isStoreUnavailable(new AggregateError([refused, refused]))).toBe(true);
    expect(isStoreUnavailable(new Error('outer', { cause: refused }))).toBe(true);
    expect(isStoreUnavailable(new StoreUnavailable())).toBe(true);
  });
});

describe('a fault of ours', () => {
  it.each(['23505', '22021', '22003', '54000', '42P01', '42601', '28P01', '0A000'])(
    'is not passed off as trouble below: SQLSTATE %s',
    (code) => {
      expect(isStoreUnavailable(withCode(code))).toBe(false);
      expect(isStoreUnavailable(new QueryFailedError('SELECT 1', [], withCode(code)))).toBe(false);
    },
  );

  it.each([
    new TypeError('x is undefined'),
    new Error('the words Connection terminated further on'),
    'ECONNREFUSED',
    null,
    undefined,
    { code: 53 },
  ])('is not passed off as trouble below: %p', (error) => {
    expect(isStoreUnavailable(error)).toBe(false);
  });

  it('ends the search, however it is wrapped in itself', () => {
    const error: Error & { cause?: unknown } = new Error('a snake');
    error.cause = error;
    expect(isStoreUnavailable(error)).toBe(false);
  });
});
