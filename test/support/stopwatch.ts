import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Measures what is promised in time. Test and service share a process; while it stands still, because
 * the machine does something else, no promise of the service's runs out.
 */
export class Stopwatch {
  private readonly startedAt = performance.now();
  private readonly delay = monitorEventLoopDelay({ resolution: 10 });

  constructor() {
    this.delay.enable();
  }

  /** Milliseconds since it was made, less the longest for which the process stood still. */
  stop(): number {
    const tookMs = performance.now() - this.startedAt;
    this.delay.disable();
    return tookMs - this.delay.max / 1e6;
  }
}
