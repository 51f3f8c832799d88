import type { HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { sendSigned, type TestConsumer, type TestService } from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

// Two replicas share one database, so only the database can decide a race.
describe('races over two replicas', () => {
  const { database, service, replica: anotherReplica } = serviceForAllTests();
  const replicas = [service, anotherReplica()] as const;
  let consumer: TestConsumer;

  beforeAll(async () => {
    consumer = await replicas[0].registerConsumer();
  });

  const replica = (n: number): TestService => replicas[n % 2] as TestService;
  const problems = (replies: HttpReply[]): string[] => [
    ...new Set(
      replies
        .filter(({ status }) => status !== 200)
        .map((reply) => reply.form()['oauth_problem'] ?? reply.text),
    ),
  ];

  it('RFC 5849 §2: 100 temporary credentials × 16 racers yield exactly 100 tokens', async () => {
    let winners = 0;
    const losses = new Set<string>();
    for (let round = 0; round < 100; round += 1) {
      const temporary = await replica(round).initiate(consumer);
      const verifier = await replica(round).accept(temporary.token);
      const replies = await Promise.all(
        Array.from({ length: 16 }, (_, racer) =>
          replica(racer).exchange(consumer, temporary, verifier),
        ),
      );
      winners += replies.filter(({ status }) => status === 200).length;
      problems(replies).forEach((problem) => losses.add(problem));
    }
    expect(winners).toBe(100);
    expect([...losses]).toEqual(['token_used']);
    const [count] = await database.query<{ tokens: number }>(
      'SELECT count(*)::int AS tokens FROM access_tokens',
    );
    expect(count?.tokens).toBe(100);
  });

  it('RFC 5849 §3.3: of 16 copies of one request, whichever way they are sent, one is served', async () => {
    const access = await replica(0).accessToken(consumer);
    for (let round = 0; round < 20; round += 1) {
      const common = {
        method: 'GET',
        ...consumer,
        ...access,
        nonce: `copy ${round}`,
        timestamp: Math.floor(Date.now() / 1000),
      };
      const replies = await Promise.all(
        Array.from({ length: 16 }, (_, copy) =>
          // The same request, with the parameters in different places.
          replica(round).signed({
            ...common,
            target: '/oauth/oauth10/echo',
            place: copy % 2 === 0 ? 'header' : 'query',
          }),
        ),
      );
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(problems(replies)).toEqual(['nonce_used']);
    }
  });

  it('a replay at the other replica is refused, too', async () => {
    const access = await replica(0).accessToken(consumer);
    // Both replicas have one host name, as behind a load balancer.
    const request = signRequest({
      method: 'GET',
      url: 'http://service.example.com/oauth/oauth10/echo',
      ...consumer,
      ...access,
      headers: [['Host', 'service.example.com']],
    });
    const first = await sendSigned(request, { base: replica(0).publicBase });
    const second = await sendSigned(request, { base: replica(1).publicBase });
    expect([first.status, second.status]).toEqual([200, 401]);
    expect(second.form()['oauth_problem']).toBe('nonce_used');
  });

  it('RFC 5849 §2.2: of racing decisions one is recorded', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { token } = await replica(0).initiate(consumer);
      const path = `/admin/authorization-requests/${token}`;
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          n % 2 === 0
            ? replica(n >> 1).admin('POST', `${path}/accept`, { subject: `owner ${n}` })
            : replica(n >> 1).admin('POST', `${path}/reject`, {}),
        ),
      );
      const statuses = replies.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array<number>(7).fill(409)]);
    }
  });

  it('guesses of the verifier cannot outrun the count of five', async () => {
    const temporary = await replica(0).initiate(consumer);
    const verifier = await replica(0).accept(temporary.token);
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, n) => replica(n).exchange(consumer, temporary, `guess ${n}`)),
    );
    const codes = replies.map((reply) => reply.form()['oauth_problem']);
    expect(codes.filter((code) => code === 'verifier_invalid')).toHaveLength(5);
    expect(codes.filter((code) => code === 'token_rejected')).toHaveLength(25);
    const late = await replica(0).exchange(consumer, temporary, verifier);
    expect(late.form()['oauth_problem']).toBe('token_rejected');
  });

  it('RFC 5849 §3.3: the scope of a nonce is its timestamp, client and token', async () => {
    const other = await replica(0).registerConsumer();
    const access = await replica(0).accessToken(consumer);
    const timestamp = Math.floor(Date.now() / 1000);
    const same = { method: 'POST', target: '/oauth/oauth10/initiate', callback: 'oob', nonce: 'n' };
    const echo = { method: 'GET', target: '/oauth/oauth10/echo', nonce: 'n', timestamp };
    const replies = [
      await replica(0).signed({ ...same, ...consumer, timestamp }),
      await replica(0).signed({ ...same, ...consumer, timestamp: timestamp - 1 }),
      await replica(0).signed({ ...same, ...other, timestamp }),
      await replica(0).signed({ ...echo, ...consumer, ...access }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('a wrong signature spends no nonce', async () => {
    const request = {
      method: 'POST',
      target: '/oauth/oauth10/initiate',
      callback: 'oob',
      nonce: 'mine',
      timestamp: Math.floor(Date.now() / 1000),
    };
    const thief = await replica(0).signed({ ...request, ...consumer, consumerSecret: 'guess' });
    const owner = await replica(0).signed({ ...request, ...consumer });
    expect([thief.status, owner.status]).toEqual([401, 200]);
  });
});
