import { IsOptional, ValidateIf } from 'class-validator';
import { Satisfies } from '../input/satisfies.decorator.js';
import { credential, identifier } from '../input/printable-text.js';
import { consumerFields, type ConsumerFieldName } from './consumer-fields.js';

/** The given fields of a consumer; strictInput has validated each by its rule. */
export type GivenConsumerFields = { readonly [Name in ConsumerFieldName]?: unknown };

/**
 * Creates an input class with one property per field of a consumer, validated by the field's rule. Null means
 * the default. An omitted property means the default for a new consumer, and the existing value for a change.
 *
 * @param use `register`: without the fields that only a change can set. `change`: no field is required, and a
 *   required field must not be null. `import`: all fields
 */
export function ConsumerFieldsInput(
  use: 'register' | 'change' | 'import',
): new () => GivenConsumerFields {
  class Given {}
  for (const [name, { rule, given }] of consumerFields) {
    if (given === 'change' && use === 'register') continue;
    if (given === undefined || (given === 'change' && use === 'import')) {
      IsOptional()(Given.prototype, name);
    } else if (use === 'change') {
      ValidateIf((_, value) => value !== undefined)(Given.prototype, name);
    }
    Satisfies(rule)(Given.prototype, name);
  }
  return Given;
}

/** A consumer to register. With a given key, or key and secret, it takes over a consumer that exists elsewhere. */
export class NewConsumer extends ConsumerFieldsInput('register') {
  @IsOptional()
  @Satisfies(identifier(255))
  consumerKey?: string | null;

  /** May be empty only if `compatibility` contains `empty_secret`. */
  @IsOptional()
  @Satisfies(credential(1024, { min: 0 }))
  consumerSecret?: string | null;
}

/** The fields to change on a consumer. */
export class ConsumerChange extends ConsumerFieldsInput('change') {}
