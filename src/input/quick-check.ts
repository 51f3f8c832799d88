import { getMetadataStorage, type ValidatorConstraintInterface } from 'class-validator';

/** The conditions and rules of one property, from class-validator's metadata. */
interface PropertyCheck {
  readonly property: string;
  /** The rules apply only if all of these hold: `@IsOptional`, `@ValidateIf`. */
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly rules: readonly {
    readonly rule: ValidatorConstraintInterface;
    readonly constraints: unknown[];
  }[];
}

const checks = new WeakMap<new () => object, readonly PropertyCheck[] | undefined>();

/**
 * Whether the input satisfies all rules of its class, with class-validator's own conditions and rules. Its
 * executor first allocates lists, errors and promises for each property, which takes longer than all the rules.
 * This check is for valid input; after a false, class-validator itself lists the faults.
 *
 * @returns false also if the class has rules of a kind that this function does not support
 */
export function satisfiesAll<Input extends object>(type: new () => Input, input: Input): boolean {
  if (!checks.has(type)) checks.set(type, checksOf(type));
  const all = checks.get(type);
  return (
    all !== undefined &&
    all.every(({ property, conditions, rules }) => {
      const value = (input as Record<string, unknown>)[property];
      if (!conditions.every((condition) => condition(input, value))) return true;
      const place = { value, object: input, property, targetName: type.name };
      return rules.every(
        ({ rule, constraints }) => rule.validate(value, { ...place, constraints }) === true,
      );
    })
  );
}

/** Cached per class, because decorators do not change after startup. */
function checksOf(type: new () => object): readonly PropertyCheck[] | undefined {
  const storage = getMetadataStorage();
  const metadata = storage.getTargetValidationMetadatas(type, '', false, false);
  const isKnown = metadata.every(
    ({ type: kind, each, groups = [], validateIf }) =>
      KINDS.has(kind) && !each && groups.length === 0 && validateIf === undefined,
  );
  if (!isKnown) return undefined;
  return [...new Set(metadata.map(({ propertyName }) => propertyName))].map((property) => {
    const own = metadata.filter(({ propertyName }) => propertyName === property);
    return {
      property,
      conditions: own
        .filter(({ type: kind }) => kind === CONDITION)
        .map(({ constraints }) => constraints[0] as PropertyCheck['conditions'][number]),
      rules: own
        .filter(({ type: kind }) => kind === RULE)
        .flatMap(({ constraintCls, constraints }) =>
          storage
            .getTargetValidatorConstraints(constraintCls)
            .map(({ instance: rule }) => ({ rule, constraints })),
        ),
    };
  });
}

const CONDITION = 'conditionalValidation';
const RULE = 'customValidation';
const KINDS = new Set([CONDITION, RULE]);
