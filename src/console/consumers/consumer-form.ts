import { CONSUMER_FIELDS, type ConsumerFieldName } from '../../consumers/consumer-fields.js';
import type { InputFault } from '../../input/input-fault.js';
import type { FormFields } from '../../pages/form-fields.js';
import type { Field } from '../blocks.js';
import type { Texts } from '../texts/english.js';

/** The fields that every registration needs. The others have defaults. */
const FIRST: readonly ConsumerFieldName[] = ['name', 'callbackUrls', 'scopes'];
/** All fields of the form. The status has its own button. */
const NAMES = (Object.keys(CONSUMER_FIELDS) as ConsumerFieldName[]).filter(
  (name) => name !== 'status',
);

interface Row {
  readonly type: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

const rowOf = (name: ConsumerFieldName): Row => CONSUMER_FIELDS[name];

/** The allowed values of a list, if the schema enumerates them. */
function enumOf({ schema }: Row): readonly string[] | undefined {
  const { items } = schema as { items?: { enum?: readonly string[] } };
  return items?.enum;
}

/**
 * Converts a posted form to the input of the admin API. Malformed values stay unchanged, so that validation reports
 * them.
 */
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

/** The values that the form shows: the stored ones, or the rejected input. */
export type FilledIn = Partial<Record<ConsumerFieldName, unknown>>;

/** The fields of the form, each with its faults. */
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

/** The faults of a field. A fault in a list begins with the line number. */
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
      // Without help: a group of checkboxes has no description of its own.
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

/** Splits a line of the form into name and text at the first `=`. In the name, a backslash escapes `=` and `\`. */
function labelIn(line: string): [name: string, text: string] {
  const name = /^(?:\\[\\=]|[^=])*/.exec(line)?.[0] ?? '';
  return [name.trim().replaceAll(/\\([\\=])/g, '$1'), line.slice(name.length + 1).trim()];
}
