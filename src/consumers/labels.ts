import type { Rule } from '../input/rules.js';
import { pointerStep } from '../input/input-fault.js';
import { line } from '../input/printable-text.js';

const MAX_LABELS = 50;
const name = line(1, 100);
const content = line(0, 500);

/** An object of short texts that staff attach to a consumer; the service does not interpret them. */
export const labels: Rule = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ pointer: '', detail: 'must be an object of strings' }];
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_LABELS) {
    return [{ pointer: '', detail: `must have at most ${MAX_LABELS} entries` }];
  }
  return entries.flatMap(([key, text]) => {
    if (name(key).length > 0) {
      return [{ pointer: '', detail: 'must have names of 1 to 100 printable characters' }];
    }
    return content(text).map(({ detail }) => ({ pointer: pointerStep(key), detail }));
  });
};
