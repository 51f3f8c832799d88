import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { EventsModule } from '../events/events.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ConsumerSchema } from './consumer.schema.js';
import { ConsumersRepository } from './consumers.repository.js';
import { ConsumersService } from './consumers.service.js';
import { RotateConsumerSecret } from './rotate-consumer-secret.js';
import { WeakSignatures } from './weak-signatures.js';

/**
 * Owns registered consumers: the table `consumers` and the rules of registration. It depends on the database,
 * on secrets/, on grants/, on the audit trail of audit/ and on the outbox of events/. It never sees an HTTP
 * request, and does not read consumers to verify requests.
 */
@Module({
  imports: [
    AuditModule,
    DatabaseModule,
    EventsModule,
    GrantsModule,
    TypeOrmModule.forFeature([ConsumerSchema]),
    SecretsModule,
  ],
  providers: [ConsumersRepository, ConsumersService, RotateConsumerSecret, WeakSignatures],
  exports: [ConsumersService, RotateConsumerSecret, WeakSignatures],
})
export class ConsumersModule {}
