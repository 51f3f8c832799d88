import { IsIn, IsOptional } from 'class-validator';
import type { ConsumerStatus } from '../../consumers/consumer-fields.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { line } from '../../input/printable-text.js';
import { PageQuery } from '../../admin-http/page-query.js';

/** Filters for the list of consumers. */
export class ListConsumersQuery extends PageQuery {
  @IsOptional()
  @IsIn(['active', 'disabled'], { message: 'must be active or disabled' })
  status?: ConsumerStatus;

  /** Part of the key or the name, case-insensitive. */
  @IsOptional()
  @Satisfies(line(0, 255))
  q?: string;

  /** Oldest first (asc) or newest first (desc). */
  @IsOptional()
  @IsIn(['asc', 'desc'], { message: 'must be asc or desc' })
  order?: 'asc' | 'desc';
}
