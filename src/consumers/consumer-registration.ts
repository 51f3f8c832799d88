import { IsOptional, ValidateIf } from 'class-validator';
import { Satisfies } from '../input/satisfies.decorator.js';
import { credential, identifier } from '../input/printable-text.js';
import { consumerFields, type ConsumerFieldName } from './consumer-fields.js';

/** What is said about a consumer, each value by the rule of its field (strictInput holds it to that). */
export type GivenConsumerFields = { readonly [Name in ConsumerFieldName]?: unknown };

/**
 * A class of input that takes the fields of a consumer: a property each, by the rule of its row. Null
 * stands for the default; a property that is left out, for the default of a new consumer and for
 * what an existing one has.
 *
 * @param use `register`: without what can only be changed. `change`: nothing is required, and what has
 * no default takes no null. `import`: all of it
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

/** A consumer to register; with its own key, or key and secret, one that exists elsewhere. */
export class NewConsumer extends ConsumerFieldsInput('register') {
  @IsOptional()
  @Satisfies(identifier(255))
  consumerKey?: string | null;

  /** Empty for a consumer with `empty_secret` among its flags of compatibility alone. */
  @IsOptional()
  @Satisfies(credential(1024, { min: 0 }))
  consumerSecret?: string | null;
}

/** What shall be different about a consumer. */
export class ConsumerChange extends ConsumerFieldsInput('change') {}
