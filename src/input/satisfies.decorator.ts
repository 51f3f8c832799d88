import { ValidateBy, type ValidationArguments } from 'class-validator';
import type { Rule } from './rules.js';

/** The name under which a fault of such a rule is found among class-validator's constraints. */
export const SATISFIES = 'follows';

/**
 * Declares that a property follows the rule. A message of class-validator is one text for the whole
 * property, so it carries the faults, with the places inside lists and objects, as JSON.
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
