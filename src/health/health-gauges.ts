import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { ChangeFeed } from '../database/change-feed.js';
import { ShutdownState } from '../http/shutdown-state.js';
import { Metrics } from '../metrics/metrics.js';
import { DatabaseHealth } from './database-health.js';
import { NonceStoreHealth } from './nonce-store-health.js';

/** What the probes would say, looked at whenever Prometheus asks. */
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
      help: 'Whether /health/ready says yes: database and nonce store answer, the schema is ours, nobody said stop.',
      registers: [registry],
      async collect() {
        const { database: found } = await database.check();
        const isUp = found?.status === 'up' && nonceStore.isUp() && !shutdown.shuttingDown;
        this.set(isUp ? 1 : 0);
      },
    });
    new Gauge({
      name: 'oauth10_changes_heard',
      help: 'Whether changes in the database are heard of; if not, every lookup goes to the database.',
      registers: [registry],
      collect() {
        this.set(changes.isCurrent() ? 1 : 0);
      },
    });
  }
}
