import { InvalidInput } from '../input/input-fault.js';
import { strictInput } from '../input/strict-input.js';
import { ConsumerChange } from './consumer-registration.js';
import type { Consumer } from './consumer.js';
import { labels as labelsRule } from './labels.js';

/** What shall be different, when that depends on what is there. */
export type ChangeOf = (before: Pick<Consumer, 'labels'>) => ConsumerChange;

/**
 * Reads a JSON Merge Patch (RFC 7396). Of a consumer's properties only `labels` is an object, and so
 * merged: what the patch names is set, or with null taken out, and the rest stays.
 *
 * @throws InvalidInput; so does the change that it returns, for labels too many
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

/** The labels, where they are an object; whatever else they are, the rules refuse or reset. */
function labelsIn(value: unknown): Record<string, string | null> | undefined {
  const labels: unknown = (value as { labels?: unknown } | null)?.labels;
  return typeof labels === 'object' && labels !== null && !Array.isArray(labels)
    ? (labels as Record<string, string | null>)
    : undefined;
}
