import { Equals, IsInt, IsOptional, Min } from 'class-validator';
import { ConsumerFieldsInput } from '../consumers/consumer-registration.js';
import { dateTime, scopes } from '../consumers/consumer-rules.js';
import { Satisfies } from '../input/satisfies.decorator.js';
import { credential, identifier } from '../input/printable-text.js';

/** A line of a file that holds a consumer, with its own key and secrets. */
export class ConsumerLine extends ConsumerFieldsInput('import') {
  @Equals('consumer')
  type!: 'consumer';

  @Satisfies(identifier(255))
  consumerKey!: string;

  /** Left out for a consumer that signs with RSA alone; empty beside the flag `empty_secret` alone. */
  @IsOptional()
  @Satisfies(credential(1024, { min: 0 }))
  consumerSecret?: string | null;

  /** The one before a rotation; it holds until previousSecretExpiresAt. */
  @IsOptional()
  @Satisfies(credential(1024))
  previousSecret?: string | null;

  @IsOptional()
  @Satisfies(dateTime)
  previousSecretExpiresAt?: string | null;

  /** From when SHA-1 and PLAINTEXT are refused. */
  @IsOptional()
  @Satisfies(dateTime)
  weakSignaturesUntil?: string | null;

  /** The moment of the import when it is left out. */
  @IsOptional()
  @Satisfies(dateTime)
  createdAt?: string | null;
}

/** A line of a file that holds an access token of a consumer that is registered, or in the file. */
export class TokenLine {
  @Equals('token')
  type!: 'token';

  @Satisfies(identifier(255))
  token!: string;

  @Satisfies(credential(1024))
  tokenSecret!: string;

  @Satisfies(identifier(255))
  consumerKey!: string;

  /** The resource owner's id on the platform. */
  @Satisfies(credential(255))
  subject!: string;

  /** None when they are left out. */
  @IsOptional()
  @Satisfies(scopes)
  scopes?: string[] | null;

  /** The moment of the import when it is left out. */
  @IsOptional()
  @Satisfies(dateTime)
  createdAt?: string | null;

  /** Left out: until revoked. */
  @IsOptional()
  @Satisfies(dateTime)
  expiresAt?: string | null;

  @IsOptional()
  @Satisfies(dateTime)
  revokedAt?: string | null;
}

/** The last line of an export: who finds it knows that nothing was cut off. */
export class EndLine {
  @Equals('end')
  type!: 'end';

  /** How many lines of consumers came before. */
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 or more' })
  consumers!: number;

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 or more' })
  tokens!: number;
}
