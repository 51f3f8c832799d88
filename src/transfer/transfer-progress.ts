import { Presets, SingleBar } from 'cli-progress';

/** Shows the progress of an import or export on a terminal. */
export class TransferProgress {
  private bar: SingleBar | undefined;
  private stage = '';
  private done = 0;

  /** Goes on by `count` of `total` in the stage that is under way, or begins it. */
  advance(stage: string, unit: string, count: number, total: number): void {
    if (stage !== this.stage) this.begin(stage, unit, total);
    this.done += count;
    this.bar?.update(this.done);
  }

  /** Leaves the line to others. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private begin(stage: string, unit: string, total: number): void {
    this.stop();
    this.stage = stage;
    this.done = 0;
    const format = `${stage.padEnd(12)} {bar} {percentage} % | {value} of {total} ${unit} | {eta_formatted} left`;
    this.bar = new SingleBar({ format, hideCursor: true }, Presets.shades_classic);
    this.bar.start(total, 0);
  }
}
