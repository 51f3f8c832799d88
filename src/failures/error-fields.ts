/** Fields of a log line about a failure, by OpenTelemetry's semantic conventions. */
export interface ErrorFields {
  /** SQLSTATE or system code where the error has one, otherwise its class. */
  readonly 'error.type': string;
  readonly 'exception.message': string;
}

/** What a line of the log says of an error that is dealt with: no stack, for nothing is at fault. */
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
