import { Module } from '@nestjs/common';
import { ChangeFeed } from './change-feed.js';
import { DatabaseClock } from './database-clock.js';
import { Statements } from './statements.js';
import { Transactions } from './transactions.js';

const ways = [Statements, Transactions, DatabaseClock, ChangeFeed];

/**
 * Owns the access to PostgreSQL. Depends on the DataSource that the composition root provides, and knows no table
 * except TypeORM's own list of migrations.
 */
@Module({ providers: ways, exports: ways })
export class DatabaseModule {}
