import { Expose, Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';

/** The rule that turns an environment variable into a value. */
export interface SettingRule<Value> {
  /** Converts the text to the value. @throws Error whose message completes the sentence "NAME …" */
  parse(text: string): Value;
  /** A valid value. Every fault shows it, so it must not be a real secret. */
  example: string;
  /** The default text. Without it, the value may be undefined. */
  fallback?: string;
  /** A secret can also be read from the file that NAME_FILE names. It is never shown. */
  secret?: boolean;
}

class Fault {
  constructor(readonly sentence: string) {}
}

const rules = new Map<string, SettingRule<unknown>>();

/** The rules of all declared variables by name, in the order of declaration. */
export function settingRules(): ReadonlyMap<string, SettingRule<unknown>> {
  return rules;
}

/** Declares the rule that parses and validates the property's variable. */
export function Setting<Value>(rule: SettingRule<Value>): PropertyDecorator {
  return (target, property) => {
    rules.set(String(property), rule);
    Expose()(target, property);
    Transform(({ value }: { value: unknown }) => attempt(rule, value))(target, property);
    ValidateBy({
      name: 'setting',
      validator: {
        validate: (value: unknown) => !(value instanceof Fault),
        defaultMessage: (fault?: ValidationArguments) => sentenceOf(fault),
      },
    })(target, property);
  };
}

function attempt<Value>(rule: SettingRule<Value>, text: unknown): Value | Fault | undefined {
  if (typeof text !== 'string') {
    return undefined;
  }
  try {
    return rule.parse(text);
  } catch (error) {
    return new Fault(`${(error as Error).message}, for example ${rule.example}`);
  }
}

function sentenceOf(fault: ValidationArguments | undefined): string {
  const sentence = fault?.value instanceof Fault ? fault.value.sentence : 'is not valid';
  return `${fault?.property} ${sentence}`;
}
