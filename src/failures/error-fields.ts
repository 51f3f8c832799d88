/** Fields of a log line about a failure, by OpenTelemetry's semantic conventions. */
export interface ErrorFields {
  /** The SQLSTATE or system code if the error has one, otherwise its class. */
  readonly 'error.type': string;
  readonly 'exception.message': string;
}

/** The log fields of an expected error. They contain no stack, because no code is at fault. */
export function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error)) {
    return { 'error.type': typeof error, 'exception.message': String(error) };
  }
  const { code } = error as NodeJS.ErrnoException;
  return {
    'error.type': typeof code === 'string' && code !== '' ? code : error.name,
    'exception.message': error.message,
  };
}
