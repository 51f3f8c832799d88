import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withDevelopmentSecrets, type KeptSecret } from '../config/development-secrets.js';
import { addEnvFile } from '../config/env-file.js';
import { misspeltSettings } from '../config/misspelt-settings.js';
import { VERSION } from '../config/version.js';
import { readSettings, type Settings } from '../config/settings.js';
import {
  startEmbeddedServer,
  type EmbeddedServer,
} from '../database/embedded-server/embedded-server.js';
import type { RunningService } from './start-service.js';
import { linesWritten } from '../logging/json-logger.js';
import { errorMessage } from './error-message.js';

/** An unreachable collector must not block the exit. */
const LAST_SPANS_TIMEOUT_MS = 2_000;
/** A reader of the log that has stopped reading must not block the exit. */
const LAST_LINES_TIMEOUT_MS = 1_000;

/** Starts the service. On a signal, shuts down in order and ends the process. */
async function start(): Promise<void> {
  addEnvFile();
  const { settings, kept } = await withDevelopmentSecrets(readSettings());
  const { tracesUrl } = settings;
  const endTracing =
    tracesUrl === undefined
      ? undefined
      : (await import('../tracing/tracing.js')).startTracing(tracesUrl);
  const [embedded, { startService }] = await Promise.all([
    settings.databaseUrl === undefined
      ? startEmbeddedServer({ directory: join(settings.dataDir, 'postgresql') })
      : undefined,
    // Loading the framework takes most of the startup time, so PostgreSQL starts in parallel.
    import('./start-service.js'),
  ]);
  let service: RunningService | undefined = undefined as RunningService | undefined;
  const logger = new Logger('Service');

  let stopping = false;
  const stop = async (delaySeconds: number) => {
    if (stopping) return;
    stopping = true;
    logger.log('stopping', { delaySeconds });
    // Undefined while the start waits for the database.
    await service?.stop(delaySeconds);
    await embedded?.stop();
    const lastSpans = endTracing?.().catch(() => undefined);
    await Promise.race([lastSpans, sleep(LAST_SPANS_TIMEOUT_MS)]);
    logger.log('stopped');
    await Promise.race([linesWritten(), sleep(LAST_LINES_TIMEOUT_MS)]);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop(settings.shutdownDelaySeconds));
  process.on('SIGINT', () => void stop(0));
  service = await startService(settings, settings.databaseUrl ?? embedded?.url ?? '');
  // After the start, because the start configures the JSON log.
  for (const misspelt of misspeltSettings()) logger.warn('Unknown setting', { ...misspelt });
  // Last, because a reader of this output may send the signal at once.
  greet(settings, service, embedded, kept);
}

/** Prints the addresses and the next steps. */
function greet(
  settings: Settings,
  service: RunningService,
  embedded: EmbeddedServer | undefined,
  kept: readonly KeptSecret[],
): void {
  const authority = (host: string, port: number) =>
    host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const publicAt = authority(settings.host, service.ports.public);
  const adminAt = authority(settings.adminHost, service.ports.admin);
  const admin = `http://${adminAt}`;
  if (settings.production) {
    new Logger('Service').log('ready', {
      'service.version': VERSION,
      'server.address': settings.host,
      'server.port': service.ports.public,
      adminAddress: settings.adminHost,
      adminPort: service.ports.admin,
    });
    return;
  }
  const keyFile = kept.find(({ name }) => name === 'ADMIN_API_KEY')?.file;
  const key = keyFile === undefined ? '$ADMIN_API_KEY' : `$(cat ${keyFile})`;
  const lines = [
    '',
    `OAuth 1.0a service ${VERSION}, ready.`,
    '',
    `  public     http://${publicAt}`,
    `  admin      ${admin}`,
    `  database   ${embedded ? `embedded PostgreSQL in ${embedded.folder}` : 'as DATABASE_URL says'}`,
    ...kept.map(
      ({ name, file }) => `  ${name === 'ADMIN_API_KEY' ? 'admin key ' : 'seal keys '} ${file}`,
    ),
    '',
    'Next, in another terminal:',
    '',
    '  npm run demo                      see the whole flow, step by step',
    '',
    '  or register a consumer of your own:',
    '',
    `  curl -H "Authorization: Bearer ${key}" -H 'Content-Type: application/json' \\`,
    `    -d '{"name":"My client"}' ${admin}/admin/consumers`,
    '',
    'Ctrl+C stops it; the data stays.',
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

/** `oauth10 serve`. Exits with 1 if the service cannot start. */
export async function serve(): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  }
}
