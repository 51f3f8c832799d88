import type { tracing } from '@opentelemetry/sdk-node';

type SpanProcessor = tracing.SpanProcessor;
type ReadableSpan = tracing.ReadableSpan;

/** What a span may say. Addresses, paths, queries and headers hold tokens, verifiers, signatures. */
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
 * Strips each span of all but a few attributes, and of the texts of errors, in which PostgreSQL
 * repeats values, before it is handed on.
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
