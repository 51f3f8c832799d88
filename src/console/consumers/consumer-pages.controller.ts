import { Get, Param, Post } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import { ConsumerChanged } from '../../consumers/consumer-refusals.js';
import { ConsumerChange } from '../../consumers/consumer-registration.js';
import type { Consumer } from '../../consumers/consumer.js';
import { ConsumersService } from '../../consumers/consumers.service.js';
import { RotateConsumerSecret } from '../../consumers/rotate-consumer-secret.js';
import { WeakSignatures } from '../../consumers/weak-signatures.js';
import { InvalidInput, type InputFault } from '../../input/input-fault.js';
import { strictInput } from '../../input/strict-input.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import type { Block } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { pageOf } from '../lists.js';
import { pageOrPart } from '../shown-once.js';
import { Visiting, type StaffVisit } from '../staff-visit.js';
import { weekBlocks } from '../figures/consumer-figures.js';
import { hintPage } from '../figures/refusals.js';
import { UsageFigures } from '../../usage/usage-figures.js';
import { consumerFormFields, givenConsumer, type FilledIn } from './consumer-form.js';
import { consumerFrame } from './consumer-frame.js';
import {
  deletionBlocks,
  rotationBlocks,
  secretBlock,
  settingsBlock,
  statusBlocks,
} from './consumer-blocks.js';

/** What a page says that its form was sent from. */
const DONE = { saved: 'saved', active: 'doneEnabled', disabled: 'doneDisabled' } as const;

/** One consumer: its settings, its secret, and its end. */
@ConsoleController('consumers/:consumerKey')
export class ConsumerPagesController {
  constructor(
    private readonly consumers: ConsumersService,
    private readonly secrets: RotateConsumerSecret,
    private readonly weakSignatures: WeakSignatures,
    private readonly figures: UsageFigures,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  show(@Param('consumerKey') consumerKey: string, @Visiting() visit: StaffVisit): Promise<Reply> {
    const done = visit.query.one('done');
    const text =
      done === 'saved'
        ? visit.texts.saved
        : done === 'active' || done === 'disabled'
          ? visit.texts.consumers[DONE[done]]
          : undefined;
    return this.page(visit, consumerKey, {
      notes: text === undefined ? [] : [{ is: 'note', text, role: 'status' }],
    });
  }

  @Get('edit')
  @Roles()
  async edit(
    @Param('consumerKey') consumerKey: string,
    @Visiting() visit: StaffVisit,
  ): Promise<Reply> {
    const consumer = await this.consumers.find(consumerKey);
    return this.form(visit, consumer, consumer, []);
  }

  @Post('edit')
  @Roles()
  async change(
    @Param('consumerKey') consumerKey: string,
    @Visiting() visit: StaffVisit,
  ): Promise<Reply> {
    const given = givenConsumer(visit.form);
    const version = Number(visit.form.one('version') ?? 0);
    try {
      const change = strictInput(ConsumerChange, given);
      await this.consumers.change(consumerKey, () => change, visit.actor, [version]);
      return redirectTo(`${pageOf('consumers', consumerKey)}?done=saved`);
    } catch (error) {
      const isStale = error instanceof ConsumerChanged;
      if (!isStale && !(error instanceof InvalidInput)) throw error;
      const consumer = await this.consumers.find(consumerKey);
      if (isStale) return this.form(visit, consumer, consumer, [], visit.texts.consumers.changed);
      return this.form(visit, { ...consumer, version }, given, error.faults);
    }
  }

  @Post('secret')
  @Roles()
  async rotate(
    @Param('consumerKey') consumerKey: string,
    @Visiting() visit: StaffVisit,
  ): Promise<Reply> {
    const done = await rotationBlocks(this.secrets, consumerKey, visit);
    const frame = consumerFrame(consumerKey, consumerKey, visit.texts);
    return pageOrPart(this.page(visit, consumerKey, done), () =>
      this.pages.render(visit, { ...frame, status: done.status }, done.notes),
    );
  }

  @Post('status')
  @Roles()
  async setStatus(
    @Param('consumerKey') consumerKey: string,
    @Visiting() visit: StaffVisit,
  ): Promise<Reply> {
    const change = strictInput(ConsumerChange, { status: visit.form.one('status') });
    await this.consumers.change(consumerKey, () => change, visit.actor);
    return redirectTo(`${pageOf('consumers', consumerKey)}?done=${String(change.status)}`);
  }

  @Post('delete')
  @Roles()
  async delete(
    @Param('consumerKey') consumerKey: string,
    @Visiting() visit: StaffVisit,
  ): Promise<Reply> {
    if (visit.form.all('confirm')[0]?.trim() !== consumerKey) {
      return this.page(visit, consumerKey, {
        status: 400,
        deletionFault: visit.texts.consumers.deleteMismatch,
      });
    }
    await this.consumers.delete(consumerKey, visit.actor);
    return redirectTo('/console/consumers?deleted=1');
  }

  @Get('refusals')
  @Roles('auditor')
  async refusals(
    @Param('consumerKey') consumerKey: string,
    @Visiting() visit: StaffVisit,
  ): Promise<Reply> {
    const { consumers: texts } = visit.texts;
    const signer = await this.weakSignatures.find(consumerKey);
    const week = await this.figures.weekOf(consumerKey);
    const seen = (kind: string, rows: typeof signer.hints, href?: (code: string) => string) =>
      rows.map(({ code, times, since, lastSeenAt }) => [
        kind,
        { text: code, href: href?.(code) },
        String(times),
        since,
        lastSeenAt,
      ]);
    return this.pages.render(visit, consumerFrame(consumerKey, signer.name, visit.texts), [
      ...weekBlocks(week, visit.texts),
      { is: 'heading', text: texts.signatures },
      { is: 'text', text: texts.usageIntro },
      {
        is: 'table',
        caption: texts.signatures,
        columns: texts.usageColumns,
        rows: [
          ...seen(texts.hint, signer.hints, hintPage),
          ...seen(texts.flag, signer.flags),
          ...signer.methods.map(({ signatureMethod, uses, since, lastUsedAt }) => [
            texts.weakMethod,
            signatureMethod,
            String(uses),
            since,
            lastUsedAt,
          ]),
        ],
        none: texts.usageNone,
      },
    ]);
  }

  private async page(
    visit: StaffVisit,
    consumerKey: string,
    more: { notes?: readonly Block[]; status?: number; deletionFault?: string },
  ): Promise<Reply> {
    const consumer = await this.consumers.find(consumerKey);
    const secret = await this.secrets.standing(consumerKey);
    const frame = consumerFrame(consumerKey, consumer.name, visit.texts);
    return this.pages.render(visit, { ...frame, status: more.status }, [
      ...(more.notes ?? []),
      settingsBlock(consumer, visit.texts),
      ...(visit.may()
        ? [
            {
              is: 'links' as const,
              links: [
                {
                  href: pageOf('consumers', consumerKey, 'edit'),
                  text: visit.texts.consumers.edit,
                },
              ],
            },
          ]
        : []),
      ...secretBlock(consumer, secret, visit),
      ...(visit.may() ? statusBlocks(consumer, visit.texts) : []),
      ...(visit.may() ? deletionBlocks(consumer, visit.texts, more.deletionFault) : []),
    ]);
  }

  private form(
    visit: StaffVisit,
    consumer: Consumer,
    filled: FilledIn,
    faults: readonly InputFault[],
    note?: string,
  ): Reply {
    const { consumerKey, version } = consumer;
    const { consumers: texts } = visit.texts;
    const { first, more } = consumerFormFields(filled, faults, visit.texts);
    const frame = {
      title: texts.edit,
      status: faults.length > 0 ? 400 : note === undefined ? 200 : 409,
      trail: [
        { href: '/console/consumers', text: texts.title },
        { href: pageOf('consumers', consumerKey), text: consumer.name },
      ],
    };
    return this.pages.render(visit, frame, [
      ...(note === undefined ? [] : [{ is: 'note' as const, text: note, role: 'alert' as const }]),
      {
        is: 'form',
        action: pageOf('consumers', consumerKey, 'edit'),
        hidden: [['version', String(version)]],
        fields: [...first, ...more],
        submit: visit.texts.save,
      },
    ]);
  }
}
