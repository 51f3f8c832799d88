import { Module } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { DatabaseClock } from '../database/database-clock.js';
import { DatabaseModule } from '../database/database.module.js';
import { Statements } from '../database/statements.js';
import { Metrics } from '../metrics/metrics.js';
import { NoncePartitions } from './nonce-partitions.js';
import { NoncePlace } from './nonce-place.js';
import { NonceTimeline } from './nonce-timeline.js';
import { Nonces } from './nonces.js';

/**
 * Owns the claims: the table `nonces` with its partitions, and the nonce store if one is configured. Never reads a
 * request.
 */
@Module({
  imports: [DatabaseModule],
  providers: [
    NoncePartitions,
    NonceTimeline,
    {
      provide: NoncePlace,
      inject: [Settings, Statements, DatabaseClock, Metrics],
      useFactory: (...parts: Parameters<typeof NoncePlace.from>) => NoncePlace.from(...parts),
    },
    {
      provide: Nonces,
      inject: [NoncePlace],
      useFactory: ({ nonces }: NoncePlace) => nonces,
    },
  ],
  exports: [NoncePartitions, NoncePlace, Nonces],
})
export class NoncesModule {}
