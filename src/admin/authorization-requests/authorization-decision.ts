import { IsOptional } from 'class-validator';
import { scopes } from '../../consumers/consumer-rules.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { credential, paragraphs } from '../../input/printable-text.js';

/** The resource owner allows the request. */
export class Acceptance {
  /** The resource owner's id on the platform. */
  @Satisfies(credential(255))
  subject!: string;

  /** Some of the requested scopes; by default all of them. */
  @IsOptional()
  @Satisfies(scopes)
  scopes?: string[] | null;
}

/** The resource owner denies the request. */
export class Rejection {
  @IsOptional()
  @Satisfies(paragraphs(1000))
  reason?: string | null;
}
