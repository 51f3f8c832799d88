import { type Command, InvalidArgumentError } from 'commander';
import { consumerFields, type ConsumerField } from '../../consumers/consumer-fields.js';

/** A command-line option for a field of a consumer. The service validates the value. */
interface FieldOption {
  readonly field: string;
  readonly flags: string;
  readonly description: string;
  readonly read: (text: string, before: unknown) => unknown;
}

const asText = (text: string) => text;
const asList = (text: string, before: unknown) => [...((before as string[]) ?? []), text];
const asYesNo = (text: string) => {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new InvalidArgumentError('It must be true or false.');
};
/** Parses decimal digits. @throws InvalidArgumentError */
export function asWholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
const asLabel = (text: string, before: unknown) => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be NAME=VALUE.');
  return { ...(before as object), [text.slice(0, at)]: text.slice(at + 1) };
};

const READERS: Record<ConsumerField<unknown>['type'], FieldOption['read']> = {
  text: asText,
  'text[]': asList,
  boolean: asYesNo,
  integer: asWholeNumber,
  timestamptz: asText,
  jsonb: asLabel,
};
const REPEATED: readonly FieldOption['read'][] = [asList, asLabel];

/** An option for each field that staff can set. The status has its own commands. */
export const CONSUMER_OPTIONS: readonly FieldOption[] = consumerFields.flatMap(
  ([field, { option, type }]) => {
    if (option === undefined) return [];
    const [flags, meaning] = option;
    const read = READERS[type];
    const repeated = REPEATED.includes(read) ? 'may be repeated' : undefined;
    const description = [meaning, repeated].filter((part) => part !== undefined).join('; ');
    return [{ field, flags, description, read }];
  },
);

const keyOf = ({ flags }: FieldOption): string =>
  (/^--([a-z-]+)/.exec(flags)?.[1] ?? '').replaceAll(/-([a-z])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );

/** Adds an option for each field. */
export function withConsumerOptions(command: Command): Command {
  for (const { flags, description, read } of CONSUMER_OPTIONS) {
    command.option(flags, description, read);
  }
  return command;
}

/** The given fields, by their names in the API. */
export const consumerFieldsOf = (options: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    CONSUMER_OPTIONS.map((one) => [one.field, options[keyOf(one)]] as const).filter(
      ([, value]) => value !== undefined,
    ),
  );
