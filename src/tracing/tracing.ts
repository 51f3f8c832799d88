// Loaded only when traces are wanted, and before anything that is to be traced: instrumentation
// works by changing modules as they load.
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
 * Sends a span for each request and each statement to a collector by OTLP over HTTP. What else
 * there is to set (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and their kin) OpenTelemetry reads by
 * itself, by its own specification.
 *
 * @param collectorUrl without the path /v1/traces
 * @returns what sends the last spans at the end of the process
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
  // Our own import of node:http is one of ES modules, which instrumentation does not see; the
  // prototype it changes is the same.
  createRequire(import.meta.url)('node:http');
  return () => sdk.shutdown();
}
