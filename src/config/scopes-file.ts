import { readFileSync } from 'node:fs';

/** The texts that explain a scope to resource owners. */
export interface ScopeDescription {
  readonly title: string;
  readonly description: string | undefined;
}

/** By the scope's name. The pages show the name of a scope without an entry. */
export type ScopeDescriptions = ReadonlyMap<string, ScopeDescription>;

const SHAPE =
  'must name a JSON file that holds {"scope": "Title"} or {"scope": {"title": "…", "description": "…"}}';

/** Reads the file at startup. Its faults are faults of the settings and stop the start. */
export function scopesFile(path: string): ScopeDescriptions {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === undefined ? SHAPE : `must name a readable file (${code})`);
  }
  if (!isRecord(parsed)) throw new Error(SHAPE);
  return new Map(Object.entries(parsed).map(([scope, value]) => [scope, descriptionOf(value)]));
}

function descriptionOf(value: unknown): ScopeDescription {
  const { title, description, ...rest } = isRecord(value) ? value : { title: value };
  if (typeof title !== 'string' || title.trim() === '' || Object.keys(rest).length > 0) {
    throw new Error(SHAPE);
  }
  if (description !== undefined && typeof description !== 'string') throw new Error(SHAPE);
  return { title, description };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
