import { IsIn, IsOptional } from 'class-validator';
import type { ConsumerStatus } from '../consumers/consumer.js';
import { Follows } from '../consumers/follows.decorator.js';
import { line } from '../consumers/printable-text.js';
import { PageQuery } from './page-query.js';

/** Which consumers to list. */
export class ListConsumersQuery extends PageQuery {
  @IsOptional()
  @IsIn(['active', 'disabled'], { message: 'must be active or disabled' })
  status?: ConsumerStatus;

  /** Part of the key or the name, in any letter case. */
  @IsOptional()
  @Follows(line(0, 255))
  q?: string;
}
