import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { EventDeliveries } from './event-deliveries.js';
import { EventGauges } from './event-gauges.js';
import { EventLanes } from './event-lanes.js';
import { Outbox } from './outbox.js';

/**
 * Owns the outbox: what the platform is told of consumers and tokens, from the transaction that changes
 * them to the receiver. Depends on the database; knows no table of theirs but the columns that it tells of.
 */
@Module({
  imports: [DatabaseModule],
  providers: [EventDeliveries, EventGauges, EventLanes, Outbox],
  exports: [Outbox],
})
export class EventsModule {}
