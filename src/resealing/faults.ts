/** Enough to see what is wrong; further faults are only counted. */
const SENTENCES_MAX = 100;

/**
 * Rows that could not be resealed. If a key is missing, this can be every row, so only the first ones are described.
 */
export class Faults {
  /** One sentence for each of the first faults, without the value. */
  readonly sentences: string[] = [];
  private counted = 0;

  get count(): number {
    return this.counted;
  }

  add(sentence: string): void {
    this.counted += 1;
    if (this.sentences.length < SENTENCES_MAX) this.sentences.push(sentence);
  }
}
