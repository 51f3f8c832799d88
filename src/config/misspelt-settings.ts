import './setting-definitions.js';
import { settingRules } from './setting.decorator.js';

/** An unknown variable, and the setting with a similar name. */
export interface MisspeltSetting {
  readonly variable: string;
  readonly setting: string;
}

/**
 * Unknown variables with names similar to settings. The service only warns about them, because the environment also
 * contains variables of other programs (`PORTS`, those of Kubernetes services).
 */
export function misspeltSettings(env: NodeJS.ProcessEnv = process.env): MisspeltSetting[] {
  const known = new Map<string, string>();
  for (const [name, { secret }] of settingRules()) {
    known.set(name, name);
    if (secret) known.set(`${name}_FILE`, `${name}_FILE`);
  }
  return Object.keys(env)
    .filter((variable) => !known.has(variable))
    .flatMap((variable) => {
      const setting = nearest(variable, [...known.keys()]);
      return setting === undefined ? [] : [{ variable, setting }];
    })
    .sort((a, b) => a.variable.localeCompare(b.variable));
}

/** The warning. It never contains a value. */
export const sentenceAbout = ({ variable, setting }: MisspeltSetting): string =>
  `${variable} is not a setting. Did you mean ${setting}?`;

function nearest(variable: string, known: readonly string[]): string | undefined {
  const spelt = variable.toUpperCase().replaceAll(/[-.]/g, '_');
  // Only secrets can be read from files.
  const withoutFile = spelt.replace(/_FILE$/, '');
  let found: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const distance = withoutFile === name ? 0 : editDistance(spelt, name);
    if (distance <= tolerance(name) && distance < least) [found, least] = [name, distance];
  }
  return found;
}

/** Short names are similar to names with other meanings. */
const tolerance = ({ length }: string): number => (length < 5 ? 0 : length < 8 ? 1 : 2);

/** The number of characters to replace, add or remove to change one text into the other. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
