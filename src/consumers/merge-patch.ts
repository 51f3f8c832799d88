import { InvalidInput } from '../input/input-fault.js';
import { strictInput } from '../input/strict-input.js';
import { ConsumerChange } from './consumer-registration.js';
import type { Consumer } from './consumer.js';
import { labels as labelsRule } from './labels.js';

/** A change that depends on the current labels. */
export type ChangeOf = (before: Pick<Consumer, 'labels'>) => ConsumerChange;

/**
 * Parses a JSON Merge Patch (RFC 7396). `labels` is the only property that is an object, so it alone is merged:
 * the patch sets the labels that it names, removes those that are null, and keeps the rest.
 *
 * @throws InvalidInput; the returned change also throws it, for too many labels
 */
export function mergePatch(value: unknown): ChangeOf {
  const given = labelsIn(value);
  if (!given) {
    const change = strictInput(ConsumerChange, value);
    return () => change;
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== null));
  const change = strictInput(ConsumerChange, { ...(value as object), labels: set });
  return (before) => {
    const merged = Object.entries({ ...before.labels, ...given }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    const labels = Object.fromEntries(merged);
    const faults = labelsRule(labels);
    if (faults.length === 0) return { ...change, labels };
    throw new InvalidInput(faults.map((f) => ({ ...f, pointer: `/labels${f.pointer}` })));
  };
}

/** The labels, if they are an object. The rules refuse other values, and null resets the labels. */
function labelsIn(value: unknown): Record<string, string | null> | undefined {
  const labels: unknown = (value as { labels?: unknown } | null)?.labels;
  return typeof labels === 'object' && labels !== null && !Array.isArray(labels)
    ? (labels as Record<string, string | null>)
    : undefined;
}
