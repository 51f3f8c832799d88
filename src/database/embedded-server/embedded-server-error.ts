/** The embedded server can't run. The message says why and what to do, without a stack trace. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}
