import { IsIn, IsOptional } from 'class-validator';
import { scopes, TEN_YEARS_SECONDS } from '../consumers/consumer-registration.js';
import { Follows, wholeNumber } from '../consumers/follows.decorator.js';
import { credential, identifier } from '../consumers/printable-text.js';
import { ACCESS_TOKEN_STATUSES, type AccessTokenStatus } from '../tokens/listed-access-tokens.js';
import { PageQuery } from './page-query.js';

/** A token to be made for a subject; with its own values, one that exists elsewhere. */
export class NewToken {
  /** The resource owner's id on the platform. */
  @Follows(credential(255))
  subject!: string;

  /** All that the consumer is allowed, by default. */
  @IsOptional()
  @Follows(scopes)
  scopes?: string[] | null;

  /** 0 = until revoked; the consumer's by default. */
  @IsOptional()
  @Follows(wholeNumber(0, TEN_YEARS_SECONDS))
  ttlSeconds?: number | null;

  @IsOptional()
  @Follows(identifier(255))
  token?: string | null;

  @IsOptional()
  @Follows(credential(1024))
  tokenSecret?: string | null;
}

/** Whose tokens are to be revoked; one at least is named. */
export class Revocation {
  @IsOptional()
  @Follows(credential(255))
  consumerKey?: string | null;

  @IsOptional()
  @Follows(credential(255))
  subject?: string | null;
}

/** Which tokens to list; texts must be equal. */
export class ListTokensQuery extends PageQuery {
  @IsOptional()
  @Follows(credential(255))
  consumerKey?: string;

  @IsOptional()
  @Follows(credential(255))
  subject?: string;

  @IsOptional()
  @IsIn(ACCESS_TOKEN_STATUSES, { message: `must be one of ${ACCESS_TOKEN_STATUSES.join(', ')}` })
  status?: AccessTokenStatus;
}
