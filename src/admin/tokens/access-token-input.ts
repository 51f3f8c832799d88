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

/** A token to create for a subject. With its own values, it takes over a token that exists elsewhere. */
export class NewToken {
  /** The resource owner's id on the platform. */
  @Satisfies(credential(255))
  subject!: string;

  /** By default all scopes of the consumer. */
  @IsOptional()
  @Satisfies(scopes)
  scopes?: string[] | null;

  /** 0 = until revoked; by default the consumer's. */
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

/** The tokens to revoke, by consumer or subject; at least one of them is required. */
export class Revocation {
  @IsOptional()
  @Satisfies(credential(255))
  consumerKey?: string | null;

  @IsOptional()
  @Satisfies(credential(255))
  subject?: string | null;
}

/** Filters for the list of tokens; texts must be equal. */
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
