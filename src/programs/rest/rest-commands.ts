import { InvalidArgumentError, type Command } from 'commander';
import type { AdminApi } from './admin-api.js';
import { asWholeNumber, consumerFieldsOf, withConsumerOptions } from './consumer-options.js';
import type { CheckOptions } from '../check/check-signature.js';
import type { RestOptions } from './rest-program.js';

type Options = RestOptions & Readonly<Record<string, unknown>>;
type Rest = typeof import('./rest-program.js');
/** Calls the API for a command, and prints the result. */
type Work = (
  api: AdminApi,
  options: Options,
  rest: Rest,
  argument: string,
) => Promise<number | void>;

const PAGED = ['all', 'apiKeyFile', 'json'];
const CONSUMER_COLUMNS = ['consumerKey', 'name', 'status', 'signatureMethods', 'createdAt'];
const TOKEN_COLUMNS = ['token', 'consumerKey', 'subject', 'scopes', 'status', 'expiresAt'];
const EVENT_COLUMNS = ['id', 'type', 'consumerKey', 'state', 'attempts', 'lastError', 'createdAt'];
const API_KEY_COLUMNS = ['id', 'name', 'role', 'expiresAt', 'lastUsedAt'];

/**
 * Adds the commands that use the admin API of a running service: consumers, tokens, api-keys, events,
 * check-signature.
 */
export function addRestCommands(program: Command): void {
  addConsumers(program.command('consumers').description('registered clients, over REST'));
  addTokens(program.command('tokens').description('access tokens, over REST'));
  addApiKeys(program.command('api-keys').description('keys to the admin API, over REST'));
  addEvents(program.command('events').description('what the platform is told, over REST'));
  addCheckSignature(program);
}

function addCheckSignature(program: Command): void {
  const command = program
    .command('check-signature')
    .description(
      'say whether the signature of a request holds, what was signed, and what the client does wrong. The ' +
        'request is raw HTTP, a curl command or an entry of a HAR file',
    )
    .option('--file <FILE>', 'with the request; - is standard input', '-')
    .option('--scheme <SCHEME>', 'of a raw request that names none', asScheme, 'https')
    .option('--base-string <FILE>', 'what the client says it signed, to be compared')
    .option('--from <FILE>', 'with --report: NDJSON, a request a line (docs/migrating.md)')
    .option('--report', 'who of --from would be refused, and why')
    .option('--concurrency <N>', 'how many checks are under way at a time', asConcurrency, 8);
  withRestOptions(command).action(async (options: CheckOptions) =>
    (await import('../check/check-signature.js')).checkSignature(options),
  );
}

function asScheme(text: string): string {
  if (text === 'http' || text === 'https') return text;
  throw new InvalidArgumentError('It is http or https.');
}

function asConcurrency(text: string): number {
  const number = asWholeNumber(text);
  if (number >= 1 && number <= 64) return number;
  throw new InvalidArgumentError('It is 1 to 64.');
}

function addConsumers(group: Command): void {
  add(group, 'list', 'list them', listOf('/admin/consumers', CONSUMER_COLUMNS), (list) =>
    paged(list)
      .option('--status <STATUS>', 'active or disabled')
      .option('--q <TEXT>', 'in the name or the key')
      .option('--order <ORDER>', 'asc, the oldest first, or desc'),
  );
  add(group, 'show <KEY>', 'show one', async (api, options, rest, key) =>
    rest.show(await api.call('GET', consumerPath(key)), options),
  );
  const fields = (command: Command) =>
    withConsumerOptions(command).option(
      '--input <FILE>',
      'a JSON object with further fields, such as consumerSecret; - is standard input',
    );
  add(
    group,
    'register',
    'register one; its secret is shown once',
    async (api, options, rest) =>
      rest.show(await api.call('POST', '/admin/consumers', await fieldsOf(options)), options),
    fields,
  );
  add(
    group,
    'edit <KEY>',
    'change what the options name; a list is replaced',
    async (api, options, rest, key) =>
      rest.show(await api.call('PATCH', consumerPath(key), await fieldsOf(options)), options),
    (command) =>
      fields(command).option('--clear <FIELD>', 'set to null; may be repeated', repeated),
  );
  for (const [name, status] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    add(group, `${name} <KEY>`, `make it ${status}`, async (api, options, rest, key) =>
      rest.show(await api.call('PATCH', consumerPath(key), { status }), options),
    );
  }
  add(group, 'delete <KEY>', 'delete it and its tokens', async (api, options, rest, key) => {
    await api.call('DELETE', consumerPath(key));
    await rest.done(`${key} is deleted.`, options);
  });
  add(
    group,
    'rotate-secret <KEY>',
    'make a new secret, shown once',
    async (api, options, rest, key) => {
      const { overlapSeconds, force } = options;
      const body = { overlapSeconds, ...(force === true && { force }) };
      await rest.show(await api.call('POST', `${consumerPath(key)}/secret`, body), options);
    },
    (command) =>
      command
        .requiredOption(
          '--overlap-seconds <N>',
          'how long the old secret still verifies; 0: not at all',
          asWholeNumber,
        )
        .option('--force', 'even if it cuts a running overlap short'),
  );
}

function addTokens(group: Command): void {
  add(group, 'list', 'list them', listOf('/admin/tokens', TOKEN_COLUMNS), (list) =>
    paged(list)
      .option('--consumer-key <KEY>', 'of this consumer')
      .option('--subject <SUBJECT>', 'of this owner')
      .option('--status <STATUS>', 'active, expired or revoked'),
  );
  add(group, 'show <TOKEN>', 'show one', async (api, options, rest, token) =>
    rest.show(await api.call('GET', tokenPath(token)), options),
  );
  add(
    group,
    'mint <CONSUMER>',
    'make one; its secret is shown once',
    async (api, { subject, scope, ttlSeconds, ...options }, rest, key) => {
      const body = { subject, scopes: scope, ttlSeconds };
      await rest.show(await api.call('POST', `${consumerPath(key)}/tokens`, body), options);
    },
    (command) =>
      command
        .requiredOption('--subject <SUBJECT>', 'whose resources')
        .option('--scope <NAME>', 'may be repeated', repeated)
        .option('--ttl-seconds <N>', '', asWholeNumber),
  );
  add(
    group,
    'revoke [TOKEN]',
    'revoke one, or all of a consumer, an owner, or both',
    async (api, { consumerKey, subject, ...options }, rest, token) => {
      const isSeveral = consumerKey !== undefined || subject !== undefined;
      if (isSeveral === (token !== undefined)) {
        throw new rest.RestProgramError('Name a token, or --consumer-key, --subject or both.');
      }
      if (isSeveral) {
        return rest.show(
          await api.call('POST', '/admin/tokens/revoke', { consumerKey, subject }),
          options,
        );
      }
      await api.call('POST', `${tokenPath(token)}/revoke`);
      await rest.done(`${token} is revoked.`, options);
    },
    (command) =>
      command
        .option('--consumer-key <KEY>', 'all of this consumer')
        .option('--subject <SUBJECT>', 'all of this owner'),
  );
}

function addApiKeys(group: Command): void {
  add(group, 'list', 'list them', listOf('/admin/api-keys', API_KEY_COLUMNS), paged);
  add(
    group,
    'create',
    'make one; the key is shown once',
    async (api, { name, role, expiresAt, ...options }, rest) =>
      rest.show(await api.call('POST', '/admin/api-keys', { name, role, expiresAt }), options),
    (command) =>
      command
        .requiredOption('--name <TEXT>', 'whose it is')
        .requiredOption('--role <ROLE>', 'admin, auditor, consent or gateway')
        .option('--expires-at <RFC 3339>', ''),
  );
  add(group, 'delete <ID>', 'delete it: it holds no more', async (api, options, rest, id) => {
    await api.call('DELETE', `/admin/api-keys/${encodeURIComponent(id)}`);
    await rest.done(`${id} is deleted.`, options);
  });
}

function addEvents(group: Command): void {
  add(group, 'list', 'list them', listOf('/admin/events', EVENT_COLUMNS), (list) =>
    paged(list)
      .option('--state <STATE>', 'pending, delivered or dead')
      .option('--type <TYPE>', 'such as oauth10.token.revoked')
      .option('--consumer-key <KEY>', 'of this consumer')
      .option('--order <ORDER>', 'asc, the oldest first, or desc'),
  );
  add(group, 'replay <ID>', 'deliver it once more', async (api, options, rest, id) => {
    await api.call('POST', `/admin/events/${encodeURIComponent(id)}/replay`);
    await rest.done(`${id} is pending again.`, options);
  });
}

/** Adds a command with the options of the admin API. It loads its program only when it runs. */
function add(
  group: Command,
  nameAndArgument: string,
  description: string,
  work: Work,
  more: (command: Command) => Command = (command) => command,
): void {
  const command = more(group.command(nameAndArgument).description(description));
  withRestOptions(command).action(async (...given: unknown[]) => {
    const rest = await import('./rest-program.js');
    const options = command.opts<Options>();
    const argument = command.registeredArguments.length > 0 ? (given[0] as string) : '';
    await rest.runRestProgram(options, (api) => work(api, options, rest, argument));
  });
}

/**
 * The options of every command over REST. The API key is never an argument, because other users can see the arguments
 * of processes.
 */
export const withRestOptions = (command: Command): Command =>
  command
    .option('--json', 'JSON for programs')
    .option('--api-key-file <FILE>', 'with the API key; else OAUTH10_API_KEY holds it')
    .addHelpText('after', '\nOAUTH10_URL: the admin listener (http://127.0.0.1:3001).');

const paged = (command: Command): Command =>
  command
    .option('--limit <N>', 'of a page, 200 at most')
    .option('--cursor <CURSOR>', 'where the page before ended')
    .option('--all', 'all pages');

const listOf =
  (path: string, columns: readonly string[]): Work =>
  (api, options, rest) => {
    const query = Object.fromEntries(
      Object.entries(options).filter(([name]) => !PAGED.includes(name)),
    ) as Record<string, string>;
    return rest.list(api.pages(path, query, options['all'] === true), columns, options);
  };

const repeated = (text: string, before: unknown): string[] => [
  ...((before as string[]) ?? []),
  text,
];
const consumerPath = (key: string): string => `/admin/consumers/${encodeURIComponent(key)}`;
const tokenPath = (token: string): string => `/admin/tokens/${encodeURIComponent(token)}`;

async function fieldsOf(options: Options): Promise<Record<string, unknown>> {
  const { input, clear = [] } = options as { input?: string; clear?: string[] };
  const { readJsonObject } = await import('./given-input.js');
  return {
    ...(input !== undefined && (await readJsonObject(input))),
    ...consumerFieldsOf(options),
    ...Object.fromEntries(clear.map((field) => [field, null])),
  };
}
