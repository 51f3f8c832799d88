import { IsIn, IsOptional } from 'class-validator';
import { EVENT_STATES, EVENT_TYPES, type EventState, type EventType } from '../../events/event.js';
import { credential } from '../../input/printable-text.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { PageQuery } from '../../admin-http/page-query.js';

/** Filters for the list of events; texts must be equal. */
export class ListEventsQuery extends PageQuery {
  @IsOptional()
  @IsIn(EVENT_STATES, { message: `must be one of ${EVENT_STATES.join(', ')}` })
  state?: EventState;

  @IsOptional()
  @IsIn(EVENT_TYPES, { message: `must be one of ${EVENT_TYPES.join(', ')}` })
  type?: EventType;

  @IsOptional()
  @Satisfies(credential(255))
  consumerKey?: string;

  /** Oldest first (asc) or newest first (desc). */
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  order?: string;
}
