import { IsIn, IsOptional } from 'class-validator';
import { scopes, TEN_YEARS_SECONDS } from '../../consumers/consumer-rules.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { wholeNumber } from '../../input/rules.js';
import { credential, identifier } from '../../input/printable-text.js';
import {
  ACCESS_TOKEN_STATUSES,
  type AccessTokenStatus,
} from '../../tokens/listed-access-tokens.js';
import { PageQuery } from '../../admin-http/page-query.js';

/** A token to be made for a subject; with its own values, one that exists elsewhere. */
export class NewToken {
  /** The resource owner's id on the platform. */
  @Satisfies(credential(255))
  subject!: string;

  /** All that the consumer is allowed, by default. */
  @IsOptional()
  @Satisfies(scopes)
  scopes?: string[] | null;

  /** 0 = until revoked; the consumer's by default. */
  @IsOptional()
  @Satisfies(wholeNumber(0, TEN_YEARS_SECONDS))
  ttlSeconds?: number | null;

  @IsOptional()
  @Satisfies(identifier(255))
  token?: string | null;

  @IsOptional()
  @Satisfies(credential(1024))
  tokenSecret?: string | null;
}

/** Whose tokens are to be revoked; one at least is named. */
export class Revocation {
  @IsOptional()
  @Satisfies(credential(255))
  consumerKey?: string | null;

  @IsOptional()
  @Satisfies(credential(255))
  subject?: string | null;
}

/** Which tokens to list; texts must be equal. */
export class ListTokensQuery extends PageQuery {
  @IsOptional()
  @Satisfies(credential(255))
  consumerKey?: string;

  @IsOptional()
  @Satisfies(credential(255))
  subject?: string;

  @IsOptional()
  @IsIn(ACCESS_TOKEN_STATUSES, { message: `must be one of ${ACCESS_TOKEN_STATUSES.join(', ')}` })
  status?: AccessTokenStatus;
}
