import type { AuditActor } from '../../audit/audit-event.js';
import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { IsBoolean, IsOptional } from 'class-validator';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { wholeNumber } from '../../input/rules.js';
import {
  RotateConsumerSecret,
  type RotatedSecret,
} from '../../consumers/rotate-consumer-secret.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import { Idempotent, Keeps, type Keeping } from '../../admin-http/idempotent.js';

const NINETY_DAYS_SECONDS = 90 * 24 * 60 * 60;

/** The options of a rotation. */
export class Rotation {
  /** How long the previous secret stays valid beside the new one; 0: it becomes invalid at once. */
  @Satisfies(wholeNumber(0, NINETY_DAYS_SECONDS))
  overlapSeconds!: number;

  /** Whether the rotation may end an overlap before its time. */
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  force?: boolean | null;
}

/** The shared secret of a consumer: rotation, and the status of the previous one. A secret is shown only once. */
@AdminController('consumers/:consumerKey/secret')
export class ConsumerSecretsController {
  constructor(private readonly secrets: RotateConsumerSecret) {}

  @Post()
  @Roles()
  @Idempotent()
  @HttpCode(200)
  async rotate(
    @Param('consumerKey') consumerKey: string,
    @Body() { overlapSeconds, force }: Rotation,
    @Actor() actor: AuditActor,
    @Keeps() keeping: Keeping,
  ): Promise<{ consumerSecret: string; previousSecretExpiresAt: string | null }> {
    const reply = ({ consumerSecret, previousSecretExpiresAt }: RotatedSecret) => ({
      consumerSecret,
      previousSecretExpiresAt: previousSecretExpiresAt?.toISOString() ?? null,
    });
    const how = { force: force ?? false, answerOf: keeping(reply) };
    return reply(await this.secrets.rotate(consumerKey, overlapSeconds, actor, how));
  }

  @Get()
  @Roles('auditor')
  async standing(@Param('consumerKey') consumerKey: string): Promise<{
    hasSecret: boolean;
    previousSecretExpiresAt: string | null;
    previousSecretLastUsedAt: string | null;
  }> {
    const standing = await this.secrets.standing(consumerKey);
    return {
      hasSecret: standing.hasSecret,
      previousSecretExpiresAt: standing.previousSecretExpiresAt?.toISOString() ?? null,
      previousSecretLastUsedAt: standing.previousSecretLastUsedAt?.toISOString() ?? null,
    };
  }
}
