import type { AuditActor } from '../../audit/audit-event.js';
import { Body, Get, Param, Put, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { parseDateTime } from '../../input/date-time.js';
import { Satisfies } from '../../input/satisfies.decorator.js';
import { text } from '../../input/rules.js';
import { WeakSignatures, type WeakSigner } from '../../consumers/weak-signatures.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { Actor } from '../../admin-http/caller-of.js';
import {
  limitOf,
  PageQuery,
  pageReply,
  positionOf,
  type PageReply,
} from '../../admin-http/page-query.js';
import { TakesQuery } from '../../admin-http/takes-query.js';

const REPORT = 'reports/weak-signatures';
const PATH = `/admin/${REPORT}`;
const dateTime = text((value) =>
  parseDateTime(value) ? undefined : 'must be null, or a date-time such as 2030-01-31T12:00:00Z',
);

/** The date from which weak signatures are refused. */
export class Sunset {
  /** RFC 3339; null: never. */
  @Satisfies((value) => (value === null ? [] : dateTime(value)))
  until!: string | null;
}

/** What staff see of a consumer's use of weak signatures, flags and hints. */
const weakSignerReply = ({ consumerKey, name, until, methods, flags, hints }: WeakSigner) => ({
  consumerKey,
  name,
  until: until?.toISOString() ?? null,
  methods,
  flags: flags.map(({ code: flag, ...seen }) => ({ flag, ...seen })),
  hints: hints.map(({ code: hint, ...seen }) => ({ hint, ...seen })),
});

type WeakSignerReply = ReturnType<typeof weakSignerReply>;

/** A consumer's use of SHA-1 and PLAINTEXT, and the date from which they are refused. */
@AdminController('consumers/:consumerKey/weak-signatures')
export class ConsumerWeakSignaturesController {
  constructor(private readonly weakSignatures: WeakSignatures) {}

  @Get()
  @Roles('auditor')
  async get(@Param('consumerKey') consumerKey: string): Promise<WeakSignerReply> {
    return weakSignerReply(await this.weakSignatures.find(consumerKey));
  }

  @Put()
  @Roles()
  async set(
    @Param('consumerKey') consumerKey: string,
    @Body() { until }: Sunset,
    @Actor() actor: AuditActor,
  ): Promise<WeakSignerReply> {
    const time = until === null ? null : (parseDateTime(until) ?? null);
    await this.weakSignatures.setUntil(consumerKey, time, actor);
    return weakSignerReply(await this.weakSignatures.find(consumerKey));
  }
}

/**
 * A report by consumer of what will be refused some day: SHA-1 and PLAINTEXT, compatibility flags in use, and
 * signature hints; since when, and how often.
 */
@AdminController(REPORT)
export class WeakSignaturesReportController {
  constructor(private readonly weakSignatures: WeakSignatures) {}

  @Get()
  @Roles('auditor')
  @TakesQuery(PageQuery)
  async list(
    @Query() query: PageQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<WeakSignerReply>> {
    const limit = limitOf(query);
    const found = await this.weakSignatures.page(positionOf(PATH, query)?.key ?? '', limit + 1);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    // The key is unique and alone identifies the position; the time is not used.
    const next = last && { at: new Date(0), key: last.consumerKey };
    const { reply, link } = pageReply(PATH, query, page.map(weakSignerReply), next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }
}
