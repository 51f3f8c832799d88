import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { NoncesModule } from '../nonces/nonces.module.js';
import { Sweeper } from './sweeper.js';

/**
 * Owns the deletion of expired rows: which rows, when, and at what rate. Depends on the database, and on nonces/ for
 * its partitions.
 */
@Module({ imports: [DatabaseModule, NoncesModule], providers: [Sweeper], exports: [Sweeper] })
export class SweepingModule {}
