// Measures how late this machine runs timers. Guarantees in seconds are extended by this delay.

const EVERY_MS = 25;
const REMEMBERED = 2_000;

export class Lag {
  #late = [];
  #dueAt = performance.now() + EVERY_MS;
  #timer = setInterval(() => {
    const now = performance.now();
    this.#late.push({ at: now, ms: Math.max(0, now - this.#dueAt) });
    this.#dueAt = now + EVERY_MS;
    if (this.#late.length > 2 * REMEMBERED) this.#late.splice(0, REMEMBERED);
  }, EVERY_MS);

  /** The longest delay of a timer since then, in milliseconds. */
  since(time) {
    return this.#late.reduce((most, { at, ms }) => (at >= time && ms > most ? ms : most), 0);
  }

  close() {
    clearInterval(this.#timer);
  }
}
