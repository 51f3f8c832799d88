import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { EventDeliveries } from './event-deliveries.js';
import { EventGauges } from './event-gauges.js';
import { EventLanes } from './event-lanes.js';
import { EventList } from './event-list.js';
import { Outbox } from './outbox.js';

/**
 * Owns the outbox: the events about consumers and tokens, from the transaction of the change to the receiver. Depends
 * on the database, and on audit/ to record a replay. Of other folders' tables it reads only the columns that its
 * events contain.
 */
@Module({
  imports: [AuditModule, DatabaseModule],
  providers: [EventDeliveries, EventGauges, EventLanes, EventList, Outbox],
  exports: [EventList, Outbox],
})
export class EventsModule {}
