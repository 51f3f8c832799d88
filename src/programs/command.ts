import { Command, InvalidArgumentError, type CommanderError } from 'commander';
import { VERSION } from '../config/version.js';
import { completionScript, SHELLS } from './completion.js';
import { addRestCommands } from './rest/rest-commands.js';

/** A usage error, or a failure. docs/command.md lists all codes. */
const EXIT_USAGE = 2;

/**
 * The whole command tree of `oauth10 …`. A subcommand loads its program only when it runs, so that help is fast and
 * the service loads only what it needs.
 */
export function oauth10Command(): Command {
  const program = new Command('oauth10')
    .description('The OAuth 1.0a (RFC 5849) service and its administration.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help and exit')
    .helpCommand(false)
    .showHelpAfterError()
    .exitOverride(({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  addPrograms(program);
  addRestCommands(program);
  addCompletion(program);
  return program;
}

function addPrograms(program: Command): void {
  program
    .command('serve')
    .description(
      'serve OAuth 1.0a with the settings of the environment and of .env; .env.example lists them',
    )
    .action(async () => (await import('./serve.js')).serve());
  program
    .command('migrate')
    .description('apply pending migrations to the database of DATABASE_URL')
    .action(async () => (await import('./migrate.js')).migrate());
  program
    .command('import')
    .description(
      'import the consumers and access tokens of FILE, one JSON object per line: all of them, or none. ' +
        'docs/migrating.md describes the lines',
    )
    .argument('<FILE>', 'an NDJSON file')
    .option('--dry-run', 'check the file and import nothing', false)
    .action(async (path: string, { dryRun }: { dryRun: boolean }) =>
      (await import('./import-file.js')).importFile({ path, dryRun }),
    );
  program
    .command('export')
    .description('write all consumers and access tokens to FILE, one JSON object per line')
    .argument('<FILE>', 'the file to create; it must not exist yet')
    .option(
      '--secrets',
      'include the secrets in plain text, so that another service can import the file; protect it accordingly',
      false,
    )
    .action(async (path: string, { secrets }: { secrets: boolean }) =>
      (await import('./export-all.js')).exportAll({ path, secrets }),
    );
  program
    .command('reseal')
    .description(
      'seal every stored secret with the first key of SECRET_KEYS, so that the others can be removed; ' +
        'may be repeated at any time',
    )
    .action(async () => (await import('./reseal-all.js')).resealAll());
  const audit = program.command('audit').description('the audit log of admin operations');
  audit
    .command('verify')
    .description('verify every event of the audit log')
    .option('--known <ID:HASH>', 'also require this event, printed by an earlier run', knownHead)
    .action(async ({ known }: { known?: ReturnType<typeof knownHead> }) =>
      (await import('./audit-verify.js')).verifyAudit(known),
    );
  audit
    .command('begin')
    .description('begin a new audit log in a database in use, after an altered one was moved away')
    .action(async () => (await import('./audit-begin.js')).beginAudit());
}

/** @throws InvalidArgumentError */
function knownHead(text: string): { lastId: number; lastHash: string } {
  const [, id, lastHash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (lastHash === undefined)
    throw new InvalidArgumentError('It must be ID:HASH, as audit verify prints it.');
  return { lastId: Number(id), lastHash };
}

function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addHelpText(
      'after',
      '\nbash: source <(oauth10 completion bash)' +
        '\nzsh:  source <(oauth10 completion zsh)' +
        '\nfish: oauth10 completion fish | source',
    )
    .argument('<SHELL>', SHELLS.join(', '), (shell: string) => {
      if (SHELLS.some((one) => one === shell)) return shell;
      throw new InvalidArgumentError(`It must be one of ${SHELLS.join(', ')}.`);
    })
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(completionScript(program, shell));
    });
}
