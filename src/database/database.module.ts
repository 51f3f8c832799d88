import { Module } from '@nestjs/common';
import { DatabaseClock } from './database-clock.js';
import { Statements } from './statements.js';

/**
 * Owns the way to PostgreSQL. Depends on the DataSource that the composition root provides, and
 * knows no table but TypeORM's own list of migrations.
 */
@Module({ providers: [Statements, DatabaseClock], exports: [Statements, DatabaseClock] })
export class DatabaseModule {}
