import type { tracing } from '@opentelemetry/sdk-node';

type SpanProcessor = tracing.SpanProcessor;
type ReadableSpan = tracing.ReadableSpan;

/**
 * The attributes that a span may have. Addresses, paths, queries and headers contain tokens, verifiers,
 * signatures.
 */
const TOLD = new Set([
  'http.method',
  'http.request.method',
  'http.route',
  'http.status_code',
  'http.response.status_code',
  'error.type',
  'db.system',
  'db.system.name',
  'db.name',
  'db.namespace',
  'db.statement',
  'db.query.text',
  'db.operation.name',
]);

/**
 * Removes all other attributes from each span before its export, and the messages of errors, in which
 * PostgreSQL repeats values.
 */
export class SecretFreeSpans implements SpanProcessor {
  constructor(private readonly next: SpanProcessor) {}

  onStart(...started: Parameters<SpanProcessor['onStart']>): void {
    this.next.onStart(...started);
  }

  onEnd(span: ReadableSpan): void {
    for (const name of Object.keys(span.attributes)) {
      if (!TOLD.has(name)) delete span.attributes[name];
    }
    span.events.length = 0;
    delete span.status.message;
    this.next.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.next.shutdown();
  }
}
