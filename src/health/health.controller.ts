import { Controller, Get, Header } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Endpoint } from '../http/endpoint.decorator.js';
import { DatabaseHealth } from './database-health.js';
import { NonceStoreHealth } from './nonce-store-health.js';
import { ShutdownHealth } from './shutdown-health.js';

const NOT_STORED = 'no-store';

/** The three Kubernetes probes, in the JSON format of terminus, on both listeners. */
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

  /**
   * The service accepts requests: database and nonce store respond, the schema is current, and no shutdown has begun.
   */
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

  /** Startup is complete: the schema is in place. */
  @Get('startup')
  @Header('Cache-Control', NOT_STORED)
  @HealthCheck()
  startup() {
    return this.health.check([() => this.database.check()]);
  }
}
