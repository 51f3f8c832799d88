// Balances like a Kubernetes Service: each new connection goes to a ready replica. Readiness is probed continuously.
import { setTimeout as sleep } from 'node:timers/promises';
import { Wire } from './wire.mjs';

const ASKED_EVERY_MS = 100;

export class Balancer {
  name = 'balancer';
  /** Behind the balancer no request may fail. */
  isStrict = true;
  #ready = [];
  #turn = 0;
  #isOpen = true;

  constructor(replicas) {
    this.replicas = replicas;
    const next = () => this.#ready[(this.#turn += 1) % this.#ready.length];
    this.door = new Wire(() => next()?.port);
    this.adminDoor = new Wire(() => next()?.adminPort);
  }

  async open() {
    await Promise.all([this.door.open(), this.adminDoor.open()]);
    this.following = this.#follow();
  }

  /** Always false: the balancer hides the absences of replicas. */
  wasAway() {
    return false;
  }

  get output() {
    return this.replicas.map(({ output }) => output).join('');
  }

  async close() {
    this.#isOpen = false;
    await this.following;
    await Promise.all([this.door.close(), this.adminDoor.close()]);
  }

  async #follow() {
    while (this.#isOpen) {
      const asked = this.replicas.map(async (replica) => (await replica.isReady()) && replica);
      this.#ready = (await Promise.all(asked)).filter(Boolean);
      await sleep(ASKED_EVERY_MS);
    }
  }
}
