import { ValidateBy, type ValidationArguments } from 'class-validator';
import type { Rule } from './rules.js';

/** The name of these rules among class-validator's constraints. */
export const SATISFIES = 'follows';

/**
 * Declares that a property follows the rule. class-validator allows one message per property, so the message is
 * a JSON text with all faults and their pointers inside lists and objects.
 */
export function Satisfies(rule: Rule): PropertyDecorator {
  return ValidateBy({
    name: SATISFIES,
    validator: {
      validate: (value: unknown) => rule(value).length === 0,
      defaultMessage: (place?: ValidationArguments) => JSON.stringify(rule(place?.value)),
    },
  });
}
