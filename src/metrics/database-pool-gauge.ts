import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Metrics } from './metrics.js';

/** The connections of the database pool, read at each scrape. */
@Injectable()
export class DatabasePoolGauge {
  constructor(dataSource: DataSource, { registry }: Metrics) {
    new Gauge({
      name: 'oauth10_database_pool',
      help: 'Connections of the PostgreSQL pool (busy, idle), and requests waiting for one (waiting).',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        const { master } = dataSource.driver as unknown as { master?: Pool };
        const { totalCount = 0, idleCount = 0, waitingCount = 0 } = master ?? {};
        this.set({ state: 'busy' }, totalCount - idleCount);
        this.set({ state: 'idle' }, idleCount);
        this.set({ state: 'waiting' }, waitingCount);
      },
    });
  }
}
