// Workers that run the flow of RFC 5849, from temporary credentials to the revoked token, repeatedly on both
// replicas, with every kind of repeated request in between.
import { setTimeout as sleep } from 'node:timers/promises';
import * as requests from './requests.mjs';

const FLOWS = 10;
const CONSUMERS = 5;
const ATTEMPTS_MAX = 40;

export class Load {
  #running = [];
  #later = new Set();
  #stopped = false;

  /** @param world see world.mjs */
  constructor(world) {
    this.world = world;
    this.random = world.random;
  }

  async start() {
    const consumers = [];
    for (let n = 0; n < CONSUMERS; n += 1) consumers.push(await this.#register(`Flow ${n}`));
    const toggled = await this.#register('Toggled');
    for (let n = 0; n < FLOWS; n += 1) {
      this.#running.push(this.#repeat(() => this.#flow(this.random.pick(consumers))));
    }
    const access = await this.#tokenOf(toggled);
    // Its consumer is disabled and enabled, so this token does not have to work.
    access.state = 'toggled';
    this.#running.push(this.#repeat(() => this.#toggle(toggled, access)));
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(this.#running);
    await Promise.all(this.#later);
  }

  async #repeat(work) {
    while (!this.#stopped) {
      await work();
      await this.#pause();
    }
  }

  #pause = () => sleep(this.random.between(5, 40));

  #ask = (...args) => this.world.inquiry.ask(...args);

  /** Repeats the request until its outcome is known. Undefined: gave up. */
  async #insist(kind, make, { refusals = [], onRepeat = [] } = {}) {
    let uncertain = false;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const route = this.world.route();
      const allowed = uncertain ? [...refusals, ...onRepeat] : refusals;
      const answer = await this.#ask(kind, route, make(route), { refusals: allowed });
      if (answer.outcome !== 'unknown') return { ...answer, route };
      uncertain = true;
      await sleep(this.random.between(50, 200));
    }
    return undefined;
  }

  async #register(name) {
    const answer = await this.#insist('staff', () => requests.register(name));
    const { consumerKey: key, consumerSecret: secret } = JSON.parse(answer.body);
    return { key, secret };
  }

  async #tokenOf(consumer) {
    for (;;) {
      const token = await this.#obtain(consumer);
      if (token) return token;
    }
  }

  async #flow(consumer) {
    const token = await this.#obtain(consumer);
    if (!token) return;
    for (let n = 0; n < 3; n += 1) {
      await this.#pause();
      await this.#use(token);
    }
    if (this.random.chance(0.4)) await this.#revoke(token);
  }

  /** Sections 2.1 to 2.3. Undefined if the answer with the token or verifier was lost. */
  async #obtain(consumer) {
    const begun = await this.#insist('initiate', (route) => requests.initiate(route, consumer));
    if (begun?.outcome !== 'done') return undefined;
    const temporary = credentialsIn(begun);
    const accepted = await this.#insist('staff', () => requests.accept(temporary.token), {
      onRepeat: ['already_decided'],
    });
    if (accepted?.outcome !== 'done') return undefined;
    const { oauthVerifier: verifier } = JSON.parse(accepted.body);
    return this.#exchange({ consumer, ...temporary, verifier });
  }

  /** Sometimes sends two concurrent requests, to both replicas. */
  async #exchange(credentials) {
    const lost = ['token_used'];
    if (this.random.chance(0.75)) {
      const one = await this.#insist('exchange', (route) => requests.exchange(route, credentials), {
        onRepeat: lost,
      });
      return one?.outcome === 'done' ? this.#delivered(credentials, one) : undefined;
    }
    const racers = await Promise.all(
      [this.world.route(), this.world.route()].map((route) =>
        this.#ask('exchange', route, requests.exchange(route, credentials), { refusals: lost }),
      ),
    );
    const tokens = racers.filter(({ outcome }) => outcome === 'done');
    if (tokens.length === 0 && racers.every(({ outcome }) => outcome === 'refused')) {
      this.world.findings.report('I1', 'of two exchanges at once both were refused as used');
    }
    return tokens.map((answer) => this.#delivered(credentials, answer))[0];
  }

  #delivered({ consumer, token: temporary }, answer) {
    const { ledger, findings } = this.world;
    const exchange = { askedAt: answer.sentAt, answeredAt: performance.now() };
    const token = { consumer, temporary, ...credentialsIn(answer), state: 'live', exchange };
    const handedOut = ledger.handedOut.get(temporary) ?? new Set();
    ledger.handedOut.set(temporary, handedOut.add(token.token));
    findings.expect('I1', handedOut.size === 1, 'two tokens for one grant', { temporary });
    ledger.tokens.set(token.token, token);
    return token;
  }

  /** Sends a signed request, and replays it to the other replica, afterwards or concurrently. */
  async #use(token) {
    const [route, other] = [this.world.route(), this.world.route()];
    const isReported = this.random.chance(0.3);
    const request = isReported ? requests.verify(token) : requests.echo(route, token);
    const kind = isReported ? 'verify' : 'echo';
    if (this.random.chance(0.2)) {
      const both = await Promise.all(
        [route, other].map((to) => this.#ask(kind, to, request, { refusals: ['nonce_used'] })),
      );
      const done = both.filter(({ outcome }) => outcome === 'done').length;
      const refused = both.filter(({ outcome }) => outcome === 'refused').length;
      const { findings } = this.world;
      findings.expect('I3', done < 2, 'one nonce was accepted twice at once', { request });
      findings.expect('I6', refused < 2, 'a fresh nonce was refused twice', { request });
      return;
    }
    const first = await this.#ask(kind, route, request);
    if (first.outcome === 'done' && this.random.chance(0.5)) {
      await this.#ask(kind, other, request, { refusals: ['nonce_used'], mustRefuse: 'I3' });
    }
  }

  async #revoke(token) {
    token.state = 'ending';
    token.revoke = { askedAt: performance.now() };
    const answer = this.random.chance(0.5)
      ? await this.#insist('revoke', (route) => requests.revoke(route, token), {
          onRepeat: ['token_revoked'],
        })
      : await this.#insist('staff', () => requests.revokeByStaff(token.token));
    if (answer === undefined || answer.outcome === 'wrong') return;
    token.revoke.answeredAt = performance.now();
    Object.assign(token, { state: 'ended', endedAt: performance.now() });
    this.#afterASecond(() => this.world.mustBeRefused(token, ['token_revoked']));
    if (answer.outcome === 'done') {
      await this.#mustBeRefusedAtOnce(token, ['token_revoked'], answer.route);
    }
  }

  /** Staff disable and enable a consumer. Each change holds on both replicas within a second. */
  async #toggle(consumer, token) {
    const set = (status) => this.#insist('staff', () => requests.setStatus(consumer.key, status));
    const disabled = await set('disabled');
    if (disabled?.outcome === 'done') {
      const refusals = ['consumer_key_rejected'];
      await Promise.all([
        this.#mustBeRefusedAtOnce(token, refusals, disabled.route),
        sleep(1_000).then(() => this.world.mustBeRefused(token, refusals)),
      ]);
    }
    const enabled = await set('active');
    if (enabled?.outcome !== 'done') return;
    await sleep(1_000);
    await this.#insist('echo', (route) => requests.echo(route, token));
  }

  /** The replica that acknowledged must refuse at once. Behind the balancer it is unknown which one did. */
  async #mustBeRefusedAtOnce(token, refusals, route) {
    const { world } = this;
    if (world.replicas.includes(route)) await world.mustBeRefused(token, refusals, [route]);
  }

  #afterASecond(work) {
    const task = sleep(1_000)
      .then(work)
      .finally(() => this.#later.delete(task));
    this.#later.add(task);
  }
}

function credentialsIn({ body }) {
  const form = new URLSearchParams(body);
  return { token: form.get('oauth_token'), secret: form.get('oauth_token_secret') };
}
