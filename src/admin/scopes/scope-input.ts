import { IsOptional } from 'class-validator';
import { scope } from '../../consumers/consumer-rules.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { InvalidInput } from '../../input/input-fault.js';
import { line, paragraphs } from '../../input/printable-text.js';
import type { ScopeWords } from '../../scopes/scope-descriptions.js';

/** Title and description of a scope; at least one of them is required. */
export class ScopeDescription {
  /** Null or omitted: the scope's name is shown. */
  @IsOptional()
  @Satisfies(line(1, 200))
  title?: string | null;

  @IsOptional()
  @Satisfies(paragraphs(2000))
  description?: string | null;
}

/** @throws InvalidInput without a title or description, or for an invalid scope name */
export function scopeWords(name: string, given: ScopeDescription): ScopeWords {
  const [fault] = scope(name);
  if (fault)
    throw new InvalidInput([{ pointer: '', detail: `names a scope that ${fault.detail}` }]);
  const title = given.title ?? null;
  const description = given.description?.trim() ? given.description : null;
  if (title === null && description === null) {
    throw new InvalidInput([{ pointer: '', detail: 'must have a title, a description, or both' }]);
  }
  return { title, description };
}
