import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { EventDeliveries } from './event-deliveries.js';
import { EventGauges } from './event-gauges.js';
import { EventLanes } from './event-lanes.js';
import { EventList } from './event-list.js';
import { Outbox } from './outbox.js';

/**
 * Owns the outbox: what the platform is told of consumers and tokens, from the transaction that changes
 * them to the receiver. Depends on the database, and on the record of audit/ for a replay; knows no table of theirs but the columns that it tells of.
 */
@Module({
  imports: [AuditModule, DatabaseModule],
  providers: [EventDeliveries, EventGauges, EventLanes, EventList, Outbox],
  exports: [EventList, Outbox],
})
export class EventsModule {}
