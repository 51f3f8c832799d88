import type { AuditActor } from '../../audit/audit-event.js';
import {
  Body,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { NewConsumer } from '../../consumers/consumer-registration.js';
import type { Consumer } from '../../consumers/consumer.js';
import type { ChangeOf } from '../../consumers/merge-patch.js';
import { ConsumersService, type RegisteredConsumer } from '../../consumers/consumers.service.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import { Idempotent, Keeps, type Keeping } from '../../admin-http/idempotent.js';
import { Change } from './consumer-change.decorator.js';
import { consumerReply, type ConsumerReply } from './consumer-reply.js';
import { entityTag, versionsIn } from '../../admin-http/entity-tags.js';
import { ListConsumersQuery } from './list-consumers.query.js';
import { limitOf, pageReply, positionOf, type PageReply } from '../../admin-http/page-query.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const PATH = '/admin/consumers';

/** Registered consumers. */
@AdminController('consumers')
export class ConsumersController {
  constructor(private readonly consumers: ConsumersService) {}

  @Post()
  @Roles()
  @Idempotent()
  async register(
    @Body() registration: NewConsumer,
    @Actor() actor: AuditActor,
    @Keeps() keeping: Keeping,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ConsumerReply & { consumerSecret: string | null }> {
    const reply = ({ consumer, consumerSecret }: RegisteredConsumer) => {
      response.setHeader('Location', `${PATH}/${encodeURIComponent(consumer.consumerKey)}`);
      return { ...tagged(consumer, response), consumerSecret };
    };
    return reply(await this.consumers.register(registration, actor, keeping(reply)));
  }

  @Get()
  @Roles('auditor')
  @TakesQuery(ListConsumersQuery)
  async list(
    @Query() query: ListConsumersQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<ConsumerReply>> {
    const from = positionOf(PATH, query);
    const after = from && { createdAt: from.at, consumerKey: from.key };
    const { consumers, next } = await this.consumers.page(query, after, limitOf(query));
    const position = next && { at: next.createdAt, key: next.consumerKey };
    const { reply, link } = pageReply(PATH, query, consumers.map(consumerReply), position);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }

  @Get(':consumerKey')
  @Roles('auditor')
  async get(
    @Param('consumerKey') consumerKey: string,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ConsumerReply> {
    return tagged(await this.consumers.find(consumerKey), response);
  }

  @Patch(':consumerKey')
  @Roles()
  async change(
    @Param('consumerKey') consumerKey: string,
    @Change() change: ChangeOf,
    @Headers('if-match') ifMatch: string | undefined,
    @Actor() actor: AuditActor,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<ConsumerReply> {
    const versions = versionsIn(ifMatch);
    return tagged(await this.consumers.change(consumerKey, change, actor, versions), response);
  }

  @Delete(':consumerKey')
  @Roles()
  @HttpCode(204)
  async delete(
    @Param('consumerKey') consumerKey: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Actor() actor: AuditActor,
  ): Promise<void> {
    await this.consumers.delete(consumerKey, actor, versionsIn(ifMatch));
  }
}

/** The reply, with the version as ETag. Express answers a matching If-None-Match with 304. */
function tagged(consumer: Consumer, response: ServerResponse): ConsumerReply {
  response.setHeader('ETag', entityTag(consumer.version));
  return consumerReply(consumer);
}
