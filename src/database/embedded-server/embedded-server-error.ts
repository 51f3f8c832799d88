/** The embedded server cannot run. The message says why and what to do; it is shown without a stack trace. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}
