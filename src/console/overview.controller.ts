import { Controller, Get } from '@nestjs/common';
import { Roles } from '../admin-http/roles.decorator.js';
import { AuditEvents } from '../audit/audit-events.js';
import { ApiKeys } from '../callers/api-keys.js';
import { RotateConsumerSecret } from '../consumers/rotate-consumer-secret.js';
import { WeakSignatures } from '../consumers/weak-signatures.js';
import { Endpoint } from '../http/endpoint.decorator.js';
import { redirectTo, type Reply } from '../pages/reply.js';
import { ConsoleController } from './console-controller.decorator.js';
import { ConsoleRenderer } from './console-renderer.js';
import { replicaBlocks, serviceBlocks } from './figures/service-figures.js';
import { UsageFigures } from '../usage/usage-figures.js';
import { pageOf, shownTime } from './lists.js';
import { eventRow } from './record/event-row.js';
import { PageReplyInterceptor } from './page-reply.interceptor.js';
import { CurrentRequest, type StaffRequest } from './staff-request.js';
import { UseInterceptors } from '@nestjs/common';

const SHOWN = 10;
const SOON_MS = 30 * 24 * 60 * 60 * 1000;
const KEYS_LOOKED_AT = 200;

/** Redirects `/console` to the first page. */
@Controller('console')
@UseInterceptors(PageReplyInterceptor)
@Endpoint({ listener: 'admin', label: 'console', guard: 'none' })
export class ConsoleAddressController {
  @Get()
  lead(): Reply {
    return redirectTo('/console/');
  }
}

/** The overview: recent events, warnings and figures. */
@ConsoleController('')
export class OverviewController {
  constructor(
    private readonly events: AuditEvents,
    private readonly weakSignatures: WeakSignatures,
    private readonly apiKeys: ApiKeys,
    private readonly secrets: RotateConsumerSecret,
    private readonly figures: UsageFigures,
    private readonly pages: ConsoleRenderer,
  ) {}

  // Nest removes the final slash of the controller's path, so this route adds an optional one.
  @Get('{/}')
  @Roles('auditor')
  async show(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { overview: texts, consumers, record } = pageRequest.texts;
    const [events, weak, keys, rotating, steps, replicas] = await Promise.all([
      this.events.page({ newestFirst: true }, undefined, SHOWN),
      this.weakSignatures.page('', SHOWN),
      this.apiKeys.page(undefined, KEYS_LOOKED_AT),
      this.secrets.overlaps(SHOWN),
      this.figures.lastDay(),
      this.figures.replicas(),
    ]);
    const soon = keys.filter(
      ({ expiresAt }) => expiresAt !== null && expiresAt.getTime() < Date.now() + SOON_MS,
    );
    return this.pages.render(pageRequest, { title: pageRequest.texts.nav.overview }, [
      {
        is: 'links',
        links: [
          ...(pageRequest.may()
            ? [{ href: '/console/consumer-registration', text: consumers.register, isMain: true }]
            : []),
          { href: '/console/consumers', text: pageRequest.texts.nav.consumers },
        ],
      },
      ...serviceBlocks(steps, pageRequest.texts),
      ...replicaBlocks(replicas, pageRequest.texts),
      { is: 'heading', text: texts.weak },
      { is: 'text', text: texts.weakIntro },
      {
        is: 'table',
        caption: texts.weak,
        columns: [texts.consumer, texts.methods, texts.flags, texts.hints, texts.until],
        rows: weak.map(({ consumerKey, name, methods, flags, hints, until }) => [
          { text: name, href: pageOf('consumers', consumerKey, 'refusals') },
          methods.map(({ signatureMethod, uses }) => `${uses} × ${signatureMethod}`).join(', '),
          flags.map(({ code, times }) => `${times} × ${code}`).join(', '),
          hints.map(({ code, times }) => `${times} × ${code}`).join(', '),
          until === null ? pageRequest.texts.never : shownTime(until),
        ]),
        none: texts.noWeak,
      },
      { is: 'heading', text: texts.rotating },
      {
        is: 'table',
        caption: texts.rotating,
        columns: texts.rotatingColumns,
        rows: rotating.map(({ consumerKey, name, until, lastUsedAt }) => [
          { text: name, href: pageOf('consumers', consumerKey) },
          shownTime(until),
          lastUsedAt === null ? consumers.notSince : shownTime(lastUsedAt),
        ]),
        none: texts.noRotating,
      },
      { is: 'heading', text: texts.keys },
      {
        is: 'table',
        caption: texts.keys,
        columns: [pageRequest.texts.apiKeys.name, pageRequest.texts.apiKeys.role, texts.expires],
        rows: soon.map(({ name, role, expiresAt }) => [name, role, shownTime(expiresAt as Date)]),
        none: texts.noKeys,
      },
      { is: 'heading', text: texts.recent },
      {
        is: 'table',
        caption: texts.recent,
        columns: record.columns,
        rows: events.map((event) => eventRow(event, pageRequest.texts)),
        none: record.none,
      },
    ]);
  }
}
