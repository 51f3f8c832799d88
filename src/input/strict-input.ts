import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { satisfiesAll } from './quick-check.js';
import { SATISFIES } from './satisfies.decorator.js';
import { InvalidInput, pointerStep, type InputFault } from './input-fault.js';

/** More faults than this do not help the client, and make the reply larger. */
const MAX_FAULTS = 50;
const MAX_NAME_LENGTH = 100;

/**
 * Validates a parsed JSON value and copies it into an instance of a class with class-validator's rules. Types
 * are not converted, and properties without a rule are faults.
 *
 * Unknown properties are detected here, before anything is copied: class-validator's own whitelist accepts the
 * names of Object.prototype (`constructor`), and copying `__proto__` would replace the prototype of the
 * instance.
 *
 * @throws InvalidInput
 */
export function strictInput<Input extends object>(type: new () => Input, value: unknown): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidInput([{ pointer: '', detail: 'must be a JSON object' }]);
  }
  const known = propertiesOf(type);
  const input = new type();
  const given = value as Record<string, unknown>;
  const faults: InputFault[] = [];
  for (const name of Object.keys(given)) {
    if (known.has(name)) {
      (input as Record<string, unknown>)[name] = given[name];
    } else {
      const shown = name.slice(0, MAX_NAME_LENGTH);
      faults.push({ pointer: pointerStep(shown), detail: 'is not a property that is known here' });
    }
  }
  if (faults.length === 0 && satisfiesAll(type, input)) return input;
  faults.push(...validateSync(input, { forbidUnknownValues: false }).flatMap(faultsOf));
  if (faults.length > 0) throw new InvalidInput(faults.slice(0, MAX_FAULTS));
  return input;
}

const properties = new WeakMap<new () => object, ReadonlySet<string>>();

/** Cached per class, because decorators do not change after startup. */
function propertiesOf(type: new () => object): ReadonlySet<string> {
  const known = properties.get(type);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const found = new Set(rules.map(({ propertyName }) => propertyName));
  properties.set(type, found);
  return found;
}

function faultsOf({ property, constraints = {} }: ValidationError): InputFault[] {
  return Object.entries(constraints).flatMap(([constraint, message]) => {
    const faults =
      constraint === SATISFIES
        ? (JSON.parse(message) as InputFault[])
        : [{ pointer: '', detail: message }];
    return faults.map(({ pointer, detail }) => ({
      pointer: pointerStep(property) + pointer,
      detail,
    }));
  });
}
