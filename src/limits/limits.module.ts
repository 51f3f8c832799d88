import { Module } from '@nestjs/common';
import { NoncesModule } from '../nonces/nonces.module.js';
import { RequestLimits } from './request-limits.js';

/** Owns the count of requests a minute. Depends on the DataSource or the nonce store when replicas count together. */
@Module({ imports: [NoncesModule], providers: [RequestLimits], exports: [RequestLimits] })
export class LimitsModule {}
