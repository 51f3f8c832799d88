import { Controller, Get, Header } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Endpoint } from '../http/endpoint.decorator.js';
import { DatabaseHealth } from './database-health.js';
import { NonceStoreHealth } from './nonce-store-health.js';
import { ShutdownHealth } from './shutdown-health.js';

const NOT_STORED = 'no-store';

/** The three probes of Kubernetes, in the JSON of terminus, on both listeners. */
@Controller('health')
@Endpoint({ listener: 'every', label: 'health', guard: 'none' })
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly database: DatabaseHealth,
    private readonly nonceStore: NonceStoreHealth,
    private readonly shutdown: ShutdownHealth,
  ) {}

  /** The event loop responds. Checks nothing outside the process, because a restart would not fix that. */
  @Get('live')
  @Header('Cache-Control', NOT_STORED)
  @HealthCheck()
  live() {
    return this.health.check([]);
  }

  /** Requests may be sent here: database and nonce store answer, the schema is ours, and nobody said stop. */
  @Get('ready')
  @Header('Cache-Control', NOT_STORED)
  @HealthCheck()
  ready() {
    return this.health.check([
      () => this.shutdown.check(),
      () => this.database.check(),
      () => this.nonceStore.check(),
    ]);
  }

  /** The start is over: the schema is in place. */
  @Get('startup')
  @Header('Cache-Control', NOT_STORED)
  @HealthCheck()
  startup() {
    return this.health.check([() => this.database.check()]);
  }
}
