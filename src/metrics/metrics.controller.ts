import { Controller, Get, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Endpoint } from '../http/endpoint.decorator.js';
import { Metrics } from './metrics.js';

/** The endpoint that Prometheus scrapes. It needs no key, because the admin listener is internal. */
@Controller('metrics')
@Endpoint({ listener: 'admin', label: 'metrics', guard: 'none' })
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async scrape(@Res() response: ServerResponse): Promise<void> {
    const { registry } = this.metrics;
    const text = await registry.metrics();
    response
      .writeHead(200, {
        'Content-Type': registry.contentType,
        'Content-Length': Buffer.byteLength(text),
        'Cache-Control': 'no-store',
      })
      .end(text);
  }
}
