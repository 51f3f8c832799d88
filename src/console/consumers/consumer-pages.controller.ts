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
import { Answered, orAnswered } from '../answered.js';
import { announced, type Block } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { pageOf } from '../lists.js';
import { pageOrPart } from '../shown-once.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
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

/** The texts that confirm an action, by the parameter that the redirect adds. */
const DONE = { saved: 'saved', active: 'doneEnabled', disabled: 'doneDisabled' } as const;

/** The pages of one consumer: its settings, secret, status and deletion. */
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
  show(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const done = pageRequest.query.one('done');
    const text =
      done === 'saved'
        ? pageRequest.texts.saved
        : done === 'active' || done === 'disabled'
          ? pageRequest.texts.consumers[DONE[done]]
          : undefined;
    return this.page(pageRequest, consumerKey, {
      notes: announced(text),
    });
  }

  @Get('edit')
  @Roles()
  async edit(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const consumer = await this.consumers.find(consumerKey);
    return this.form(pageRequest, consumer, consumer, []);
  }

  @Post('edit')
  @Roles()
  async change(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const given = givenConsumer(pageRequest.form);
    const version = Number(pageRequest.form.one('version') ?? 0);
    try {
      const change = strictInput(ConsumerChange, given);
      await this.consumers.change(consumerKey, () => change, pageRequest.actor, [version]);
      return redirectTo(`${pageOf('consumers', consumerKey)}?done=saved`);
    } catch (error) {
      const isStale = error instanceof ConsumerChanged;
      if (!isStale && !(error instanceof InvalidInput)) throw error;
      const consumer = await this.consumers.find(consumerKey);
      const reply = isStale
        ? this.form(pageRequest, consumer, consumer, [], pageRequest.texts.consumers.changed)
        : this.form(pageRequest, { ...consumer, version }, given, error.faults);
      throw new Answered(reply, error);
    }
  }

  @Post('secret')
  @Roles()
  async rotate(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const done = await rotationBlocks(this.secrets, consumerKey, pageRequest);
    const frame = consumerFrame(consumerKey, consumerKey, pageRequest.texts);
    const reply = await pageOrPart(this.page(pageRequest, consumerKey, done), () =>
      this.pages.render(pageRequest, { ...frame, status: done.status }, done.notes),
    );
    return orAnswered(reply, done.refusal);
  }

  @Post('status')
  @Roles()
  async setStatus(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const change = strictInput(ConsumerChange, { status: pageRequest.form.one('status') });
    await this.consumers.change(consumerKey, () => change, pageRequest.actor);
    return redirectTo(`${pageOf('consumers', consumerKey)}?done=${String(change.status)}`);
  }

  @Post('delete')
  @Roles()
  async delete(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    if (pageRequest.form.all('confirm')[0]?.trim() !== consumerKey) {
      const reply = await this.page(pageRequest, consumerKey, {
        status: 400,
        deletionFault: pageRequest.texts.consumers.deleteMismatch,
      });
      throw new Answered(reply, new InvalidInput([{ pointer: '/confirm', detail: 'differs' }]));
    }
    await this.consumers.delete(consumerKey, pageRequest.actor);
    return redirectTo('/console/consumers?deleted=1');
  }

  @Get('refusals')
  @Roles('auditor')
  async refusals(
    @Param('consumerKey') consumerKey: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const { consumers: texts } = pageRequest.texts;
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
    return this.pages.render(
      pageRequest,
      consumerFrame(consumerKey, signer.name, pageRequest.texts),
      [
        ...weekBlocks(week, pageRequest.texts),
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
      ],
    );
  }

  private async page(
    pageRequest: StaffRequest,
    consumerKey: string,
    more: { notes?: readonly Block[]; status?: number; deletionFault?: string },
  ): Promise<Reply> {
    const consumer = await this.consumers.find(consumerKey);
    const secret = await this.secrets.standing(consumerKey);
    const frame = consumerFrame(consumerKey, consumer.name, pageRequest.texts);
    return this.pages.render(pageRequest, { ...frame, status: more.status }, [
      ...(more.notes ?? []),
      settingsBlock(consumer, pageRequest.texts),
      ...(pageRequest.may()
        ? [
            {
              is: 'links' as const,
              links: [
                {
                  href: pageOf('consumers', consumerKey, 'edit'),
                  text: pageRequest.texts.consumers.edit,
                },
              ],
            },
          ]
        : []),
      ...secretBlock(consumer, secret, pageRequest),
      ...(pageRequest.may() ? statusBlocks(consumer, pageRequest.texts) : []),
      ...(pageRequest.may() ? deletionBlocks(consumer, pageRequest.texts, more.deletionFault) : []),
    ]);
  }

  private form(
    pageRequest: StaffRequest,
    consumer: Consumer,
    filled: FilledIn,
    faults: readonly InputFault[],
    note?: string,
  ): Reply {
    const { consumerKey, version } = consumer;
    const { consumers: texts } = pageRequest.texts;
    const { first, more } = consumerFormFields(filled, faults, pageRequest.texts);
    const frame = {
      title: texts.edit,
      status: faults.length > 0 ? 400 : note === undefined ? 200 : 409,
      trail: [
        { href: '/console/consumers', text: texts.title },
        { href: pageOf('consumers', consumerKey), text: consumer.name },
      ],
    };
    return this.pages.render(pageRequest, frame, [
      ...announced(note, 'alert'),
      {
        is: 'form',
        action: pageOf('consumers', consumerKey, 'edit'),
        hidden: [['version', String(version)]],
        fields: [...first, ...more],
        submit: pageRequest.texts.save,
      },
    ]);
  }
}
