import { Rotation } from '../../admin/consumers/consumer-secrets.controller.js';
import { CONSUMER_FIELDS, type ConsumerFieldName } from '../../consumers/consumer-fields.js';
import { SecretOverlapRunning } from '../../consumers/consumer-refusals.js';
import type { Consumer } from '../../consumers/consumer.js';
import type { RotateConsumerSecret, SecretStatus } from '../../consumers/rotate-consumer-secret.js';
import { strictInput } from '../../input/strict-input.js';
import { announced, type Block, type Cell } from '../blocks.js';
import { pageOf, shownTime } from '../lists.js';
import type { StaffRequest } from '../staff-request.js';
import type { Texts } from '../texts/english.js';
import { statusOf } from './consumer-list.controller.js';

/** All settings of the consumer, each with an explanation. */
export function settingsBlock(consumer: Consumer, texts: Texts): Block {
  const rows = (Object.keys(CONSUMER_FIELDS) as ConsumerFieldName[]).map((name) => ({
    term: texts.consumers.fields[name].label,
    help: texts.consumers.fields[name].help,
    cells: cellsOf(name, consumer, texts),
  }));
  return {
    is: 'facts',
    rows: [
      { term: texts.consumers.key, cells: [{ text: consumer.consumerKey, isCode: true }] },
      ...rows,
      { term: texts.consumers.created, cells: [shownTime(consumer.createdAt)] },
      { term: texts.consumers.updated, cells: [shownTime(consumer.updatedAt)] },
    ],
  };
}

function cellsOf(name: ConsumerFieldName, consumer: Consumer, texts: Texts): Cell[] {
  if (name === 'status') return [statusOf(consumer, texts)];
  const value: unknown = consumer[name];
  if (value === null) return [name === 'expiresAt' ? texts.never : '–'];
  if (value instanceof Date) return [shownTime(value)];
  if (typeof value === 'boolean') return [value ? texts.yes : texts.no];
  if (Array.isArray(value)) {
    const none = name === 'allowedAddresses' ? texts.everywhere : texts.none;
    return value.length === 0
      ? [none]
      : (value as string[]).map((text) => ({ text, isCode: true }));
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value as Record<string, string>);
    return entries.length === 0 ? [texts.none] : entries.map(([label, text]) => `${label}=${text}`);
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return [name === 'rsaPublicKey' ? { text, isCode: true } : text];
}

/** The state of the secret, and the form that rotates it. */
export function secretBlock(
  consumer: Consumer,
  secret: SecretStatus,
  pageRequest: StaffRequest,
): Block[] {
  const { consumers: texts } = pageRequest.texts;
  const { previousSecretExpiresAt: until, previousSecretLastUsedAt: used, hasSecret } = secret;
  const rows =
    until === null
      ? []
      : [
          { term: texts.previousUntil, cells: [shownTime(until)] },
          { term: texts.previousUsed, cells: [used === null ? texts.notSince : shownTime(used)] },
        ];
  return [
    { is: 'heading', text: texts.secret },
    ...(hasSecret ? [] : [{ is: 'text' as const, text: texts.hasNoSecret }]),
    ...(rows.length === 0 ? [] : [{ is: 'facts' as const, rows }]),
    ...(pageRequest.may()
      ? [
          { is: 'text' as const, text: texts.rotateIntro },
          {
            is: 'form' as const,
            action: pageOf('consumers', consumer.consumerKey, 'secret'),
            fields: [
              {
                name: 'overlapSeconds',
                label: texts.overlap,
                kind: 'choice' as const,
                options: texts.overlaps,
                chosen: ['86400'],
              },
              ...(until === null
                ? []
                : [{ name: 'force', label: texts.force, kind: 'tick' as const, chosen: [] }]),
            ],
            submit: texts.rotate,
          },
        ]
      : []),
  ];
}

/**
 * Rotates the secret as the form requests. The reply shows the new secret at once, because it is stored nowhere in
 * the clear.
 *
 * @throws ConsumerUnknown, InvalidInput
 */
export async function rotationBlocks(
  secrets: RotateConsumerSecret,
  consumerKey: string,
  { form, actor, texts }: StaffRequest,
): Promise<{ notes: readonly Block[]; status: number; refusal?: SecretOverlapRunning }> {
  const { overlapSeconds, force } = strictInput(Rotation, {
    overlapSeconds: Number(form.one('overlapSeconds') ?? NaN),
    force: form.all('force').includes('true'),
  });
  try {
    const { consumerSecret } = await secrets.rotate(consumerKey, overlapSeconds, actor, {
      force: force ?? false,
    });
    return {
      status: 200,
      notes: [
        ...announced(texts.consumers.rotated),
        { is: 'secret', label: texts.consumers.secret, value: consumerSecret },
      ],
    };
  } catch (error) {
    if (!(error instanceof SecretOverlapRunning)) throw error;
    const text = texts.consumers.overlapRunning(shownTime(error.until));
    return { status: 409, notes: announced(text, 'alert'), refusal: error };
  }
}

/** The button that disables or enables the consumer. */
export function statusBlocks({ consumerKey, name, status }: Consumer, texts: Texts): Block[] {
  const { disable, disableIntro, enable, enableIntro } = texts.consumers;
  const isActive = status === 'active';
  return [
    { is: 'heading', text: texts.consumers.status },
    { is: 'text', text: isActive ? disableIntro(name) : enableIntro },
    {
      is: 'form',
      action: pageOf('consumers', consumerKey, 'status'),
      hidden: [['status', isActive ? 'disabled' : 'active']],
      fields: [],
      submit: isActive ? disable : enable,
      isDangerous: isActive,
    },
  ];
}

/** The form that deletes the consumer. Staff confirm with the consumer key. */
export function deletionBlocks(
  { consumerKey, name }: Consumer,
  texts: Texts,
  fault: string | undefined,
): Block[] {
  const { consumers } = texts;
  return [
    { is: 'heading', text: consumers.delete },
    { is: 'text', text: consumers.deleteIntro(name) },
    {
      is: 'form',
      action: pageOf('consumers', consumerKey, 'delete'),
      fields: [
        { name: 'confirm', label: consumers.deleteConfirm, kind: 'text', isRequired: true, fault },
      ],
      submit: consumers.delete,
      isDangerous: true,
    },
  ];
}
