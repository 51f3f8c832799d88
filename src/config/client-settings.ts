import { readSecretFile } from './secret-file.js';

/** A client setting is missing or invalid. The message is complete. */
export class ClientSettingsError extends Error {}

/** The address of the admin listener and the API key, for commands that use the admin API. */
export interface ClientSettings {
  /** Without a final `/`. */
  readonly url: string;
  readonly apiKey: string;
}

const USUAL_URL = 'http://127.0.0.1:3001';

/**
 * Reads OAUTH10_URL and OAUTH10_API_KEY (or OAUTH10_API_KEY_FILE).
 *
 * @param apiKeyFile takes precedence over the environment
 * @throws ClientSettingsError
 */
export function readClientSettings(
  apiKeyFile: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): ClientSettings {
  const url = (env.OAUTH10_URL || USUAL_URL).replace(/\/$/, '');
  if (!/^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/.test(url) || !URL.canParse(url)) {
    throw new ClientSettingsError(
      'OAUTH10_URL must be an http or https URL, without user or query',
    );
  }
  const file = apiKeyFile ?? (env.OAUTH10_API_KEY_FILE || undefined);
  const apiKey = file === undefined ? env.OAUTH10_API_KEY : readKeyFile(file);
  if (!apiKey) {
    throw new ClientSettingsError(
      'No API key: set OAUTH10_API_KEY, or name its file by --api-key-file (npm start keeps one in .data/admin-api-key)',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new ClientSettingsError('The API key must be printable ASCII characters without blanks');
  }
  return { url, apiKey };
}

function readKeyFile(file: string): string {
  try {
    return readSecretFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ClientSettingsError(
      `The API key's file ${file} ${code ? `can't be read: ${code}` : 'is empty'}`,
    );
  }
}
