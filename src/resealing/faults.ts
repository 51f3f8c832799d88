/** Enough for people to see what is wrong; the rest is counted. */
const SENTENCES_MAX = 100;

/** What could not be resealed. With a key missing that is every row, so that only some are described. */
export class Faults {
  /** Of the first ones, a sentence each, without the value. */
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
