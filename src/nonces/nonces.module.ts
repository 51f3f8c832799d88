import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Nonces } from './nonces.js';

/** Owns the table `nonces`. Depends on the database alone; never looks at a request. */
@Module({ imports: [DatabaseModule], providers: [Nonces], exports: [Nonces] })
export class NoncesModule {}
