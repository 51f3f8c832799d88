import { Module } from '@nestjs/common';
import { RequestLimits } from './request-limits.js';

/** Owns the count of requests a minute. Depends on the DataSource when replicas count together. */
@Module({ providers: [RequestLimits], exports: [RequestLimits] })
export class LimitsModule {}
