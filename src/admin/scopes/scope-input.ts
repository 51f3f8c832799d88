import { IsOptional } from 'class-validator';
import { scope } from '../../consumers/consumer-rules.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { InvalidInput } from '../../input/input-fault.js';
import { line, paragraphs } from '../../input/printable-text.js';
import type { ScopeWords } from '../../scopes/scope-descriptions.js';

/** What a scope shall mean to people; one of the two at least. */
export class ScopeDescription {
  /** Null or left out: the scope's name will do. */
  @IsOptional()
  @Satisfies(line(1, 200))
  title?: string | null;

  @IsOptional()
  @Satisfies(paragraphs(2000))
  description?: string | null;
}

/** @throws InvalidInput when nothing is said, or of what can't be a scope */
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
