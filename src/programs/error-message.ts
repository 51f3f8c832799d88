import { RecordNotOurs } from '../failures/record-not-ours.js';
import { SettingsError } from '../config/settings.js';
import { refusalIn } from '../database/database-refusal.js';
import { EmbeddedServerError } from '../database/embedded-server/embedded-server-error.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { KeysMissing } from '../grants/keys-in-use.js';
import { SealBroken } from '../secrets/secret-box.js';

/**
 * The text that a program prints when an error ends it: only the message if the operator can fix the cause, otherwise
 * the stack trace.
 *
 * @param expected further error classes of which only the message is printed
 */
export function errorMessage(
  error: unknown,
  ...expected: (new (...args: never[]) => Error)[]
): string {
  if (!(error instanceof Error)) return String(error);
  const kinds = [
    SettingsError,
    EmbeddedServerError,
    RecordNotOurs,
    KeysMissing,
    SealBroken,
    ...expected,
  ];
  if (kinds.some((kind) => error instanceof kind)) return error.message;
  const refusal = refusalIn(error);
  if (refusal) return refusal.message;
  if (!isStoreUnavailable(error)) return error.stack ?? error.message;
  const { message } = error.cause instanceof Error ? error.cause : error;
  return `The database is out of reach: ${message || 'nobody answers there'}`;
}
