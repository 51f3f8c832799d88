import { IsIn, IsOptional } from 'class-validator';
import { ROLES, type Role } from '../../callers/caller.js';
import { parseDateTime } from '../../input/date-time.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { text } from '../../input/rules.js';
import { line } from '../../input/printable-text.js';

/** A time in the future. */
const futureTime = text((value) => {
  const time = parseDateTime(value);
  if (!time) return 'must be a date and time of RFC 3339, for example 2030-01-31T12:00:00Z';
  return time.getTime() > Date.now() ? undefined : 'must be in the future';
});

/** An API key to create. */
export class NewApiKey {
  /** The purpose of the key, for people. */
  @Satisfies(line(1, 255))
  name!: string;

  @IsIn(ROLES, { message: `must be one of ${ROLES.join(', ')}` })
  role!: Role;

  /** Null or omitted: never. */
  @IsOptional()
  @Satisfies(futureTime)
  expiresAt?: string | null;
}
