import { IsOptional } from 'class-validator';
import { scopes } from '../consumers/consumer-registration.js';
import { Follows } from '../consumers/follows.decorator.js';
import { credential, paragraphs } from '../consumers/printable-text.js';

/** The resource owner allows the request. */
export class Acceptance {
  /** The resource owner's id on the platform. */
  @Follows(credential(255))
  subject!: string;

  /** A part of what was asked for; all of it by default. */
  @IsOptional()
  @Follows(scopes)
  scopes?: string[] | null;
}

/** The resource owner denies the request. */
export class Rejection {
  @IsOptional()
  @Follows(paragraphs(1000))
  reason?: string | null;
}
