import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A program was called wrongly: the message says how it is called. */
export class UsageError extends Error {}

/**
 * What the command line says, by node:util's parseArgs. With `--help` the usage is shown and the
 * process ends, whatever else was asked for: help never acts.
 *
 * @throws UsageError for what the program does not know
 */
export function parseArguments<
  Config extends Pick<ParseArgsConfig, 'options' | 'allowPositionals'>,
>(usage: string, config: Config): ReturnType<typeof parseArgs<Config>> {
  const given = process.argv.slice(2);
  const end = given.indexOf('--');
  const asked = end < 0 ? given : given.slice(0, end);
  if (asked.includes('--help') || asked.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch {
    throw new UsageError(usage);
  }
}
