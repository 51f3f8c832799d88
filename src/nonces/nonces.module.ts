import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { NoncePartitions } from './nonce-partitions.js';
import { Nonces } from './nonces.js';

/** Owns the table `nonces` and its partitions. Depends on the database alone; never looks at a request. */
@Module({
  imports: [DatabaseModule],
  providers: [NoncePartitions, Nonces],
  exports: [NoncePartitions, Nonces],
})
export class NoncesModule {}
