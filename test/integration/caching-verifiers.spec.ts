import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, PYJWT } from '../support/debian-tools.js';
import {
  AUDIENCE,
  ISSUER,
  bearerToken,
  issuersForEachTest,
  signingKeys,
  unverified,
} from '../support/platform-issuer.js';
import type { TestService } from '../support/service.js';

/** PyJWT in its own process, as in another team's service. */
class PyjwtVerifier {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;
  private readonly ended: Promise<unknown>;

  constructor({ publicBase }: TestService, rememberedSeconds: number) {
    const url = `${publicBase}/.well-known/jwks.json`;
    const args = ['test/support/pyjwt-verifier.py', url, ISSUER, AUDIENCE];
    this.child = spawn('/usr/bin/python3', [...args, String(rememberedSeconds)]);
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** Resolves to `ok SUBJECT`, or `refused` and the reason. */
  async verify(jwt: string): Promise<string> {
    this.child.stdin.write(`${jwt}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error('PyJWT ended');
    return value as string;
  }

  async stop(): Promise<void> {
    this.child.stdin.end();
    await this.ended;
    this.lines.close();
  }
}

describeWith([PYJWT], 'PyJWT, which asks for the keys when its memory ends', () => {
  const issuers = issuersForEachTest();
  const verifiers: PyjwtVerifier[] = [];
  afterEach(() => Promise.all(verifiers.splice(0).map((verifier) => verifier.stop())));
  const startVerifier = (service: TestService, rememberedSeconds = 3600): PyjwtVerifier => {
    const verifier = new PyjwtVerifier(service, rememberedSeconds);
    verifiers.push(verifier);
    return verifier;
  };

  it('meets no unknown key through rotations by either replica, with a lead', async () => {
    const lead = { PLATFORM_TOKEN_KEY_LEAD_SECONDS: '5' };
    const replicas = [await issuers.start(lead), await issuers.start(lead)] as const;
    const consumer = await replicas[0].registerConsumer({ twoLegged: true });
    // As in production, the lead exceeds the verifiers' cache time; here both are seconds.
    const all = replicas.map((replica) => startVerifier(replica, 2));
    const seen = new Set<string>();
    let rotations = 0;
    for (let n = 0; seen.size < 3; n += 1) {
      const replica = replicas[n % 2] as TestService;
      if (rotations < seen.size) {
        await signingKeys.rotate(replica);
        rotations += 1;
      }
      const jwt = await bearerToken(replica, consumer);
      seen.add(unverified(jwt).header.kid);
      for (const verifier of all) {
        expect(await verifier.verify(jwt)).toBe(`ok ${consumer.consumerKey}`);
      }
      await sleep(100);
    }
  });

  it('without a lead it meets one: whoever asks anew knows it', async () => {
    const service = await issuers.start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0' });
    const consumer = await service.registerConsumer({ twoLegged: true });
    const verifier = startVerifier(service);
    const before = await bearerToken(service, consumer);
    expect(await verifier.verify(before)).toMatch(/^ok /);
    await signingKeys.rotate(service);
    const jwt = await bearerToken(service, consumer);
    expect(await verifier.verify(jwt)).toMatch(/^refused PyJWKClientError/);
    const another = startVerifier(service);
    expect(await another.verify(jwt)).toMatch(/^ok /);
    expect(await another.verify(before)).toMatch(/^ok /);
  });

  it('refuses what was changed, and what another issuer signed for', async () => {
    const service = await issuers.start();
    const other = await issuers.start({ PLATFORM_TOKEN_ISSUER: 'https://another.example.com' });
    const consumer = await service.registerConsumer({ twoLegged: true });
    const verifier = startVerifier(service);
    const jwt = await bearerToken(service, consumer);
    const [head, , signature] = jwt.split('.');
    const claims = { ...unverified(jwt).payload, sub: 'admin' };
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await verifier.verify(`${head}.${changed}.${signature}`)).toMatch(
      /^refused InvalidSignatureError/,
    );
    expect(await verifier.verify(await bearerToken(other, consumer))).toMatch(
      /^refused InvalidIssuerError/,
    );
  });
});
