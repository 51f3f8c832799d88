import { IsOptional } from 'class-validator';
import { parseDateTime } from '../consumers/date-time.js';
import { Follows, text } from '../consumers/follows.decorator.js';
import { line } from '../consumers/printable-text.js';
import { PageQuery } from './page-query.js';

const dateTime = text((value) =>
  parseDateTime(value)
    ? undefined
    : 'must be a date and time of RFC 3339, for example 2030-01-31T12:00:00Z',
);

/** Which audit events to list; texts must be equal. */
export class ListAuditEventsQuery extends PageQuery {
  @IsOptional()
  @Follows(line(1, 2000))
  actor?: string;

  @IsOptional()
  @Follows(line(1, 255))
  action?: string;

  @IsOptional()
  @Follows(line(1, 2000))
  target?: string;

  /** Included. */
  @IsOptional()
  @Follows(dateTime)
  from?: string;

  /** Not included. */
  @IsOptional()
  @Follows(dateTime)
  to?: string;
}
