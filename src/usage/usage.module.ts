import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Rollup } from './rollup.js';
import { UsageFigures } from './usage-figures.js';

/**
 * Owns the figures about verdicts that staff see. Depends on the database; no code that serves signed requests
 * depends on it.
 */
@Module({
  imports: [DatabaseModule],
  providers: [Rollup, UsageFigures],
  exports: [Rollup, UsageFigures],
})
export class UsageModule {}
