import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { ChangeFeed } from '../database/change-feed.js';
import { ShutdownState } from '../http/shutdown-state.js';
import { Metrics } from '../metrics/metrics.js';
import { DatabaseHealth } from './database-health.js';
import { NonceStoreHealth } from './nonce-store-health.js';

/** The results of the health probes as gauges, read at each scrape. */
@Injectable()
export class HealthGauges {
  constructor(
    database: DatabaseHealth,
    nonceStore: NonceStoreHealth,
    shutdown: ShutdownState,
    changes: ChangeFeed,
    { registry }: Metrics,
  ) {
    new Gauge({
      name: 'oauth10_ready',
      help: '1: /health/ready answers 200: database and nonce store are up, migrations are applied, no shutdown has begun.',
      registers: [registry],
      async collect() {
        const { database: found } = await database.check();
        const isUp = found?.status === 'up' && nonceStore.isUp() && !shutdown.shuttingDown;
        this.set(isUp ? 1 : 0);
      },
    });
    new Gauge({
      name: 'oauth10_cache_invalidation_up',
      help: '1: the LISTEN connection works and the credential caches are used; 0: every lookup goes to PostgreSQL.',
      registers: [registry],
      collect() {
        this.set(changes.isCurrent() ? 1 : 0);
      },
    });
  }
}
