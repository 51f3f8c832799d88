import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewAuditEvent } from '../audit/audit-event.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { RefusedCalls, type RefusedCall } from './refused-calls.js';

const call = (kind: string): RefusedCall => ({
  actor: { name: `address:${kind}`, requestId: 'r1', address: '192.0.2.1' },
  target: 'GET /admin/consumers',
  status: 401,
  code: 'unauthorized',
  kind,
});

describe('refused calls are on record, and a flood of them fills no disk', () => {
  let noted: NewAuditEvent[];
  let calls: RefusedCalls;
  let away: boolean;

  beforeEach(() => {
    noted = [];
    away = false;
    const trail = {
      note: (act: NewAuditEvent) => {
        if (away) return Promise.reject(new Error('away'));
        noted.push(act);
        return Promise.resolve();
      },
    };
    calls = new RefusedCalls(trail as AuditTrail);
  });
  afterEach(() => jest.restoreAllMocks());

  const later = async (ms: number) => {
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + ms);
    // The cache looks at the clock once a millisecond at most.
    await sleep(10);
  };

  it('records the first of a kind at once', async () => {
    await calls.record(call('a'));
    expect(noted).toEqual([
      {
        actor: { name: 'address:a', requestId: 'r1', address: '192.0.2.1' },
        action: 'call.refuse',
        target: 'GET /admin/consumers',
        detail: { status: 401, code: 'unauthorized' },
      },
    ]);
  });

  it('counts the others of a minute, and tells how many with the next', async () => {
    for (let n = 0; n < 1000; n += 1) await calls.record(call('a'));
    expect(noted).toHaveLength(1);
    await later(61_000);
    await calls.record(call('a'));
    expect(noted.map(({ detail }) => detail['repeatedBefore'])).toEqual([undefined, 999]);
    jest.restoreAllMocks();
    await later(122_000);
    await calls.record(call('a'));
    expect(noted[2]?.detail).not.toHaveProperty('repeatedBefore');
  });

  it('keeps kinds apart', async () => {
    for (const kind of ['a', 'b', 'a', 'b']) await calls.record(call(kind));
    expect(noted.map(({ actor }) => actor.name)).toEqual(['address:a', 'address:b']);
  });

  it('takes all that is beyond a thousand kinds a minute as one', async () => {
    for (let n = 0; n < 5000; n += 1) await calls.record(call(`${n}`));
    expect(noted).toHaveLength(1001);
    expect(noted.at(-1)).toMatchObject({ actor: { name: 'others' }, target: 'others' });
  });

  it('takes all that is beyond twenty kinds of one actor in a minute as one', async () => {
    const byGateway = (n: number) => ({
      ...call(`${n}`),
      actor: { name: 'gateway', requestId: 'r1', address: '192.0.2.1' },
      target: `POST /admin/consumers/${n}`,
    });
    for (let n = 0; n < 5000; n += 1) await calls.record(byGateway(n));
    expect(noted).toHaveLength(21);
    expect(noted.at(-1)).toMatchObject({ actor: { name: 'gateway' }, target: 'others' });
    await calls.record(call('somebody else'));
    expect(noted).toHaveLength(22);
    await later(61_000);
    await calls.record(byGateway(1));
    expect(noted.at(-1)).toMatchObject({ target: 'POST /admin/consumers/1' });
  });

  it('refuses all the same, and logs, when the store is out of reach', async () => {
    away = true;
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    await expect(calls.record(call('a'))).resolves.toBeUndefined();
    expect(log).toHaveBeenCalledTimes(1);

    await calls.record(call('a'));
    away = false;
    await later(61_000);
    await calls.record(call('a'));
    expect(noted.map(({ detail }) => detail['repeatedBefore'])).toEqual([2]);
  });
});
