import { Module } from '@nestjs/common';
import { NoncesModule } from '../nonces/nonces.module.js';
import { RequestLimits } from './request-limits.js';

/** Owns the request limits. It depends on the DataSource or the nonce store if replicas share a count. */
@Module({ imports: [NoncesModule], providers: [RequestLimits], exports: [RequestLimits] })
export class LimitsModule {}
