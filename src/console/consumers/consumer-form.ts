import { CONSUMER_FIELDS, type ConsumerFieldName } from '../../consumers/consumer-fields.js';
import type { InputFault } from '../../input/input-fault.js';
import type { FormFields } from '../../pages/form-fields.js';
import type { Field } from '../blocks.js';
import type { Texts } from '../texts/english.js';

/** What everybody fills in who registers; the others have usual values. */
const FIRST: readonly ConsumerFieldName[] = ['name', 'callbackUrls', 'scopes'];
/** All that a form sets; a button of its own sets the status. */
const NAMES = (Object.keys(CONSUMER_FIELDS) as ConsumerFieldName[]).filter(
  (name) => name !== 'status',
);

interface Row {
  readonly type: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const rowOf = (name: ConsumerFieldName): Row => CONSUMER_FIELDS[name];

/** The values that a list may have, where they are few and known. */
function enumOf({ schema }: Row): readonly string[] | undefined {
  const { items } = schema as { items?: { enum?: readonly string[] } };
  return items?.enum;
}

/** The fields of a posted form, as the admin API takes them. What makes no sense stays what it is, for the rules. */
export function givenConsumer(form: FormFields): Record<string, unknown> {
  return Object.fromEntries(NAMES.map((name) => [name, valueOf(form, name)]));
}

function valueOf(form: FormFields, name: ConsumerFieldName): unknown {
  const row = rowOf(name);
  const text = (form.all(name)[0] ?? '').replaceAll('\r\n', '\n');
  const lines = text.split('\n').map((line) => line.trim());
  const filled = lines.filter((line) => line !== '');
  switch (row.type) {
    case 'boolean':
      return form.all(name).includes('true');
    case 'text[]':
      if (!enumOf(row)) return filled;
      return form.all(name).length === 0 ? null : form.all(name);
    case 'integer':
      if (text.trim() === '') return null;
      return /^\d{1,12}$/.test(text.trim()) ? Number(text) : text;
    case 'jsonb':
      return Object.fromEntries(filled.map(labelIn));
    default:
      return text.trim() === '' && name !== 'name' ? null : text;
  }
}

/** What of a consumer a form is filled with: what it has, or what was sent and has to be mended. */
export type FilledIn = Partial<Record<ConsumerFieldName, unknown>>;

/** The fields of the form, each with its faults beside it. */
export function consumerFormFields(
  filled: FilledIn,
  faults: readonly InputFault[],
  texts: Texts,
): { first: Field[]; more: Field[]; isMoreOpen: boolean } {
  const field = (name: ConsumerFieldName): Field => ({
    ...texts.consumers.fields[name],
    name,
    fault: faultOf(name, faults),
    ...controlOf(name, filled[name], texts),
  });
  const rest = NAMES.filter((name) => !FIRST.includes(name));
  return {
    first: FIRST.map(field),
    more: rest.map(field),
    isMoreOpen: rest.some((name) => faultOf(name, faults) !== undefined),
  };
}

/** What is wrong with a field, where it is one of several lines with its number. */
export function faultOf(name: string, faults: readonly InputFault[]): string | undefined {
  const own = faults.filter(
    ({ pointer }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`),
  );
  if (own.length === 0) return undefined;
  return own
    .map(({ pointer, detail }) => {
      const place = pointer.slice(name.length + 2);
      return place === ''
        ? detail
        : `${/^\d+$/.test(place) ? Number(place) + 1 : place}: ${detail}`;
    })
    .join('; ');
}

function controlOf(
  name: ConsumerFieldName,
  value: unknown,
  texts: Texts,
): Pick<Field, 'kind'> & Partial<Field> {
  const row = rowOf(name);
  const known = enumOf(row);
  if (known) {
    return {
      kind: 'ticks',
      options: known.map((one) => [one, one] as const),
      chosen: (value ?? []) as string[],
      // A group of boxes has no description of its own.
      label: `${texts.consumers.fields[name].label}`,
    };
  }
  const text = shownValue(row, value);
  switch (row.type) {
    case 'boolean':
      return { kind: 'tick', chosen: value === true ? ['true'] : [] };
    case 'text[]':
    case 'jsonb':
      return { kind: 'area', value: text, rows: 3 };
    default:
      return name === 'rsaPublicKey' || name === 'description' || name === 'legalNotice'
        ? { kind: 'area', value: text, rows: 4 }
        : { kind: 'text', value: text, isRequired: name === 'name', isFirst: name === 'name' };
  }
}

function shownValue({ type }: Row, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (type === 'text[]') return (value as string[]).join('\n');
  if (type === 'jsonb') {
    return Object.entries(value as Record<string, string>)
      .map(([label, text]) => `${label.replaceAll(/[\\=]/g, '\\$&')}=${text}`)
      .join('\n');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A label as a line of the form has it: an equals sign of its name, and a backslash, behind a backslash. */
function labelIn(line: string): [name: string, text: string] {
  const name = /^(?:\\[\\=]|[^=])*/.exec(line)?.[0] ?? '';
  return [name.trim().replaceAll(/\\([\\=])/g, '$1'), line.slice(name.length + 1).trim()];
}
