import { pointerStep, type InputFault } from './input-fault.js';

/** Returns the faults of a value; their pointers are relative to the value. */
export type Rule = (value: unknown) => InputFault[];

/** A rule for strings: `check` returns the fault, or undefined. */
export function text(check: (value: string) => string | undefined): Rule {
  return (value) => {
    const detail = typeof value === 'string' ? check(value) : 'must be a string';
    return detail === undefined ? [] : [{ pointer: '', detail }];
  };
}

/** A list without repetitions whose entries follow the rule. */
export function listOf(rule: Rule, limits: { min?: number; max: number }): Rule {
  const { min = 0, max } = limits;
  return (value) => {
    if (!Array.isArray(value)) return [{ pointer: '', detail: 'must be a list' }];
    if (value.length < min) return [{ pointer: '', detail: `must have ${min} or more entries` }];
    if (value.length > max) return [{ pointer: '', detail: `must have at most ${max} entries` }];
    return value.flatMap((entry: unknown, index) => {
      const faults =
        value.indexOf(entry) < index
          ? [{ pointer: '', detail: 'repeats an earlier entry' }]
          : rule(entry);
      return faults.map(({ pointer, detail }) => ({
        pointer: pointerStep(index) + pointer,
        detail,
      }));
    });
  };
}

/** A string of digits is not accepted, because JSON has numbers. */
export function wholeNumber(from: number, to: number): Rule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to
      ? []
      : [{ pointer: '', detail: `must be a whole number from ${from} to ${to}` }];
}
