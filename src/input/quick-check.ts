import { getMetadataStorage, type ValidatorConstraintInterface } from 'class-validator';

/** What one property is held to, as class-validator keeps it. */
interface PropertyCheck {
  readonly property: string;
  /** The rules count only where all of these hold: `@IsOptional`, `@ValidateIf`. */
  readonly conditions: readonly ((object: object, value: unknown) => boolean)[];
  readonly rules: readonly {
    readonly rule: ValidatorConstraintInterface;
    readonly constraints: unknown[];
  }[];
}

const checks = new WeakMap<new () => object, readonly PropertyCheck[] | undefined>();

/**
 * Whether the input keeps all rules of its class, by class-validator's own conditions and rules. Its executor
 * makes lists, errors and promises for each property before it knows of a fault, which takes longer than all the
 * rules; with a fault there is something to tell, and that is left to it.
 *
 * @returns false also where the class has rules of a kind that is not known here
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

/** Read once: decorators have spoken before the first input comes. */
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
