import { IsIn, IsOptional } from 'class-validator';
import { parseDateTime } from '../../input/date-time.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { text } from '../../input/rules.js';
import { line } from '../../input/printable-text.js';
import { PageQuery } from '../../admin-http/page-query.js';

const dateTime = text((value) =>
  parseDateTime(value)
    ? undefined
    : 'must be a date and time of RFC 3339, for example 2030-01-31T12:00:00Z',
);

/** Filters for the list of audit events; texts must be equal. */
export class ListAuditEventsQuery extends PageQuery {
  @IsOptional()
  @Satisfies(line(1, 2000))
  actor?: string;

  @IsOptional()
  @Satisfies(line(1, 255))
  action?: string;

  @IsOptional()
  @Satisfies(line(1, 2000))
  target?: string;

  /** Oldest first (asc) or newest first (desc). */
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  order?: string;

  /** Inclusive. */
  @IsOptional()
  @Satisfies(dateTime)
  from?: string;

  /** Exclusive. */
  @IsOptional()
  @Satisfies(dateTime)
  to?: string;
}
