// Loaded only if tracing is enabled, and before the modules to trace, because instrumentation patches modules
// when they load.
import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';
import { notesOf } from '../http/request-notes.js';
import { endpointOf } from '../http/request-observer.js';
import { SecretFreeSpans } from './secret-free-spans.js';

/**
 * Exports a span for each request and each SQL statement to a collector, by OTLP over HTTP. OpenTelemetry reads
 * its other settings (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and so on) itself, as its specification says.
 *
 * @param collectorUrl without the path /v1/traces
 * @returns exports the last spans at the end of the process
 */
export function startTracing(collectorUrl: string): () => Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${collectorUrl.replace(/\/$/, '')}/v1/traces` });
  const sdk = new NodeSDK({
    serviceName: 'oauth10',
    spanProcessors: [new SecretFreeSpans(new tracing.BatchSpanProcessor(exporter))],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        requestHook: (span, request) => {
          if (request instanceof IncomingMessage) {
            notesOf(request).traceId = span.spanContext().traceId;
          }
        },
        applyCustomAttributesOnSpan: (span, _, response) => {
          const { route } = response instanceof ServerResponse ? endpointOf(response) : {};
          if (route !== undefined) {
            span.setAttribute('http.route', route);
          }
        },
        ignoreIncomingRequestHook: ({ url }) => /^\/(health|metrics)/.test(url ?? ''),
      }),
      new PgInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  // This service imports node:http as an ES module, which the instrumentation does not intercept. Requiring it
  // patches the prototype, which both share.
  createRequire(import.meta.url)('node:http');
  return () => sdk.shutdown();
}
