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

  /** Absent for a consumer that signs only with RSA; empty only with the flag `empty_secret`. */
  @IsOptional()
  @Satisfies(credential(1024, { min: 0 }))
  consumerSecret?: string | null;

  /** The secret before a rotation, valid until previousSecretExpiresAt. */
  @IsOptional()
  @Satisfies(credential(1024))
  previousSecret?: string | null;

  @IsOptional()
  @Satisfies(dateTime)
  previousSecretExpiresAt?: string | null;

  /** The time from which SHA-1 and PLAINTEXT are refused. */
  @IsOptional()
  @Satisfies(dateTime)
  weakSignaturesUntil?: string | null;

  /** If absent, the time of the import. */
  @IsOptional()
  @Satisfies(dateTime)
  createdAt?: string | null;
}

/** A line of a file that holds an access token of a consumer that is registered or in the file. */
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

  /** Empty if absent. */
  @IsOptional()
  @Satisfies(scopes)
  scopes?: string[] | null;

  /** If absent, the time of the import. */
  @IsOptional()
  @Satisfies(dateTime)
  createdAt?: string | null;

  /** If absent, the token is valid until it is revoked. */
  @IsOptional()
  @Satisfies(dateTime)
  expiresAt?: string | null;

  @IsOptional()
  @Satisfies(dateTime)
  revokedAt?: string | null;
}

/** The last line of an export. It proves that the file was not cut off. */
export class EndLine {
  @Equals('end')
  type!: 'end';

  /** The number of consumer lines before this line. */
  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 or more' })
  consumers!: number;

  @IsInt({ message: 'must be a whole number' })
  @Min(0, { message: 'must be 0 or more' })
  tokens!: number;
}
