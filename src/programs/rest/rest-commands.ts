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
  addConsumers(program.command('consumers').description('manage consumers through the admin API'));
  addTokens(program.command('tokens').description('manage access tokens through the admin API'));
  addApiKeys(program.command('api-keys').description('manage keys of the admin API'));
  addEvents(program.command('events').description('list and replay events through the admin API'));
  addCheckSignature(program);
}

function addCheckSignature(program: Command): void {
  const command = program
    .command('check-signature')
    .description(
      'verify the signature of a request, and print the base string and the mistake of the client. The request ' +
        'is raw HTTP, a curl command or an entry of a HAR file',
    )
    .option('--file <FILE>', 'the file with the request; - is standard input', '-')
    .option(
      '--scheme <SCHEME>',
      'the scheme of a raw request without one, http or https',
      asScheme,
      'https',
    )
    .option('--base-string <FILE>', 'the file with the client’s own base string, to compare')
    .option(
      '--from <FILE>',
      'for --report: an NDJSON file with one request per line (docs/migrating.md)',
    )
    .option('--report', 'print which consumers of --from would be refused, and why')
    .option('--concurrency <N>', 'the number of concurrent checks, 1 to 64', asConcurrency, 8);
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
  throw new InvalidArgumentError('It must be a number from 1 to 64.');
}

function addConsumers(group: Command): void {
  add(group, 'list', 'list consumers', listOf('/admin/consumers', CONSUMER_COLUMNS), (list) =>
    paged(list)
      .option('--status <STATUS>', 'only active or disabled consumers')
      .option('--q <TEXT>', 'only consumers with this text in their name or key')
      .option('--order <ORDER>', 'asc (oldest first) or desc'),
  );
  add(group, 'show <KEY>', 'show a consumer', async (api, options, rest, key) =>
    rest.show(await api.call('GET', consumerPath(key)), options),
  );
  const fields = (command: Command) =>
    withConsumerOptions(command).option(
      '--input <FILE>',
      'a file with a JSON object of more fields, such as consumerSecret; - is standard input',
    );
  add(
    group,
    'register',
    'register a consumer; its secret is shown once',
    async (api, options, rest) =>
      rest.show(await api.call('POST', '/admin/consumers', await fieldsOf(options)), options),
    fields,
  );
  add(
    group,
    'edit <KEY>',
    'change the fields of the options; a list replaces the whole list',
    async (api, options, rest, key) =>
      rest.show(await api.call('PATCH', consumerPath(key), await fieldsOf(options)), options),
    (command) =>
      fields(command).option(
        '--clear <FIELD>',
        'set this field to null; may be repeated',
        repeated,
      ),
  );
  for (const [name, status] of [
    ['disable', 'disabled'],
    ['enable', 'active'],
  ] as const) {
    add(
      group,
      `${name} <KEY>`,
      `set the status of a consumer to ${status}`,
      async (api, options, rest, key) =>
        rest.show(await api.call('PATCH', consumerPath(key), { status }), options),
    );
  }
  add(
    group,
    'delete <KEY>',
    'delete a consumer and its tokens',
    async (api, options, rest, key) => {
      await api.call('DELETE', consumerPath(key));
      await rest.done(`${key} is deleted.`, options);
    },
  );
  add(
    group,
    'rotate-secret <KEY>',
    'create a new secret for a consumer; it is shown once',
    async (api, options, rest, key) => {
      const { overlapSeconds, force } = options;
      const body = { overlapSeconds, ...(force === true && { force }) };
      await rest.show(await api.call('POST', `${consumerPath(key)}/secret`, body), options);
    },
    (command) =>
      command
        .requiredOption(
          '--overlap-seconds <N>',
          'how many seconds the old secret stays valid; 0: it ends at once',
          asWholeNumber,
        )
        .option('--force', 'rotate even if this ends a running overlap early'),
  );
}

function addTokens(group: Command): void {
  add(group, 'list', 'list access tokens', listOf('/admin/tokens', TOKEN_COLUMNS), (list) =>
    paged(list)
      .option('--consumer-key <KEY>', 'only those of this consumer')
      .option('--subject <SUBJECT>', 'only those of this resource owner')
      .option('--status <STATUS>', 'only active, expired or revoked tokens'),
  );
  add(group, 'show <TOKEN>', 'show an access token', async (api, options, rest, token) =>
    rest.show(await api.call('GET', tokenPath(token)), options),
  );
  add(
    group,
    'mint <CONSUMER>',
    'create an access token; its secret is shown once',
    async (api, { subject, scope, ttlSeconds, ...options }, rest, key) => {
      const body = { subject, scopes: scope, ttlSeconds };
      await rest.show(await api.call('POST', `${consumerPath(key)}/tokens`, body), options);
    },
    (command) =>
      command
        .requiredOption('--subject <SUBJECT>', 'the resource owner')
        .option('--scope <NAME>', 'a scope of the token; may be repeated', repeated)
        .option('--ttl-seconds <N>', 'its lifetime in seconds; default: no expiry', asWholeNumber),
  );
  add(
    group,
    'revoke [TOKEN]',
    'revoke one token, or all tokens of a consumer, a resource owner, or both',
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
        .option('--consumer-key <KEY>', 'revoke all tokens of this consumer')
        .option('--subject <SUBJECT>', 'revoke all tokens of this resource owner'),
  );
}

function addApiKeys(group: Command): void {
  add(group, 'list', 'list API keys', listOf('/admin/api-keys', API_KEY_COLUMNS), paged);
  add(
    group,
    'create',
    'create an API key; it is shown once',
    async (api, { name, role, expiresAt, ...options }, rest) =>
      rest.show(await api.call('POST', '/admin/api-keys', { name, role, expiresAt }), options),
    (command) =>
      command
        .requiredOption('--name <TEXT>', 'the name of its holder')
        .requiredOption('--role <ROLE>', 'its role: admin, auditor, consent or gateway')
        .option('--expires-at <RFC 3339>', 'the time when the key expires; default: never'),
  );
  add(
    group,
    'delete <ID>',
    'delete an API key; it is refused from then on',
    async (api, options, rest, id) => {
      await api.call('DELETE', `/admin/api-keys/${encodeURIComponent(id)}`);
      await rest.done(`${id} is deleted.`, options);
    },
  );
}

function addEvents(group: Command): void {
  add(group, 'list', 'list events', listOf('/admin/events', EVENT_COLUMNS), (list) =>
    paged(list)
      .option('--state <STATE>', 'only pending, delivered or dead events')
      .option('--type <TYPE>', 'only events of this type, such as oauth10.token.revoked')
      .option('--consumer-key <KEY>', 'only those of this consumer')
      .option('--order <ORDER>', 'asc (oldest first) or desc'),
  );
  add(group, 'replay <ID>', 'deliver an event again', async (api, options, rest, id) => {
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
    .option('--json', 'print JSON instead of a table')
    .option('--api-key-file <FILE>', 'the file with the API key; default: OAUTH10_API_KEY')
    .addHelpText('after', '\nOAUTH10_URL: the admin listener, http://127.0.0.1:3001 by default.');

const paged = (command: Command): Command =>
  command
    .option('--limit <N>', 'the page size, at most 200')
    .option('--cursor <CURSOR>', 'the cursor that the page before printed')
    .option('--all', 'print all pages');

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
