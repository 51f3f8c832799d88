import { parseFormEncoded } from '../protocol/form-encoding.js';
import { textOf } from '../protocol/percent-encoding.js';
import { MAX_PARAMETERS } from '../protocol/request-parameters.js';

/** The fields of a query or of a posted form, as text. Malformed input has no fields. */
export class FormFields {
  private readonly pairs: readonly (readonly [string, string])[];

  /** @param raw form-encoded, one octet a character */
  constructor(raw: string) {
    this.pairs = textPairs(raw);
  }

  /** The value of a field that was sent exactly once and is not empty. */
  one(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 1 && values[0] !== '' ? values[0] : undefined;
  }

  /** Every value of a field, in the order sent. */
  all(name: string): string[] {
    return this.pairs.filter(([other]) => other === name).map(([, value]) => value);
  }
}

function textPairs(raw: string): (readonly [string, string])[] {
  try {
    return parseFormEncoded(raw, MAX_PARAMETERS).map(([name, value]) => {
      const pair = [textOf(name), textOf(value)] as const;
      if (pair[0] === undefined || pair[1] === undefined) throw new Error('not UTF-8');
      return [pair[0], pair[1]] as const;
    });
  } catch {
    return [];
  }
}
