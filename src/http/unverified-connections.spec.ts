import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { UnverifiedConnections } from './unverified-connections.js';

// What a turn takes is the test's to say: the machine has turns of its own.
let nowMs = 0;
const work = (milliseconds: number): void => {
  nowMs += milliseconds;
};

describe('unverified connections under load', () => {
  let turns: UnverifiedConnections;
  const sockets = (count: number) => Array.from({ length: count }, () => new Socket());
  const queued = (count: number) => {
    const all = sockets(count);
    for (const socket of all) turns.queue(socket);
    return all;
  };
  const unread = (all: readonly Socket[]) => all.filter((socket) => socket.isPaused()).length;
  /** Turns of the event loop in which others have that much to do, until few are let in at a time. */
  const busy = async (times: number, milliseconds = 6) => {
    for (let n = 0; n < times; n += 1) {
      turns.queue(new Socket());
      work(milliseconds);
      await turn();
    }
  };
  beforeEach(() => (turns = new UnverifiedConnections(() => nowMs)));

  it('reads from all at once while there is little to do', async () => {
    for (let n = 0; n < 20; n += 1) {
      expect(unread(queued(20))).toBe(0);
      await turn();
    }
  });

  it('reads from so many in a turn, and from the others in the next, in the order they came', async () => {
    const all = queued(150);
    expect(unread(all)).toBe(86);
    expect(turns.waitingCount).toBe(86);
    expect(all.findIndex((socket) => socket.isPaused())).toBe(64);
    for (let n = 0; n < 4; n += 1) await turn();
    expect([unread(all), turns.waitingCount]).toEqual([0, 0]);
  });

  it('reads from fewer when turns are long, from one at least, and from more again later', async () => {
    await busy(10);
    const all = queued(10);
    expect(unread(all)).toBeGreaterThanOrEqual(9);
    for (let n = 0; n < 12; n += 1) await turn();
    expect(unread(all)).toBe(0);
    for (let n = 0; n < 70; n += 1) {
      turns.queue(new Socket());
      await turn();
    }
    expect(unread(queued(50))).toBe(0);
  });

  it('leaves unverified connections a share of what verified ones have, however long iterations are', async () => {
    await busy(10);
    turns.queue(new Socket());
    for (let n = 0; n < 40; n += 1) turns.noteVerified();
    work(6);
    await turn();
    expect(10 - unread(queued(10))).toBe(10);
    expect(unread(queued(10))).toBe(10);
  });

  it('forgets who has gone', async () => {
    const all = queued(70);
    for (const socket of all) turns.forget(socket);
    expect(turns.waitingCount).toBe(0);
    for (let n = 0; n < 3; n += 1) await turn();
    expect(unread(all)).toBe(6);
  });
});
