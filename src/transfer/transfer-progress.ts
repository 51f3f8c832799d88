import { Presets, SingleBar } from 'cli-progress';

/** Shows the progress of an import or export on a terminal. */
export class TransferProgress {
  private bar: SingleBar | undefined;
  private stage = '';
  private done = 0;

  /** Adds `count` of `total` to the progress of the stage; begins the stage if it is a new one. */
  advance(stage: string, unit: string, count: number, total: number): void {
    if (stage !== this.stage) this.begin(stage, unit, total);
    this.done += count;
    this.bar?.update(this.done);
  }

  /** Stops the bar, so that other output can use the line. */
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
