/** One fault of the input, as the client sees it. */
export interface InputFault {
  /** JSON pointer (RFC 6901) to the place; empty for the whole. */
  readonly pointer: string;
  /** Completes a sentence that begins with the pointer; never repeats a secret. */
  readonly detail: string;
}

/** Invalid input, with all its faults. */
export class InvalidInput extends Error {
  constructor(readonly faults: readonly InputFault[]) {
    super(
      `Invalid input: ${faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')}`,
    );
  }
}

/** A step of a JSON pointer (RFC 6901 section 3). */
export const pointerStep = (name: string | number): string =>
  `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
