import { Get, Param, Post } from '@nestjs/common';
import { limitOf, positionOf } from '../../admin-http/page-query.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { ListTokensQuery, Revocation } from '../../admin/tokens/access-token-input.js';
import { strictInput } from '../../input/strict-input.js';
import { InvalidInput } from '../../input/input-fault.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import {
  ACCESS_TOKEN_STATUSES,
  type ListedAccessToken,
} from '../../tokens/listed-access-tokens.js';
import { ManageAccessTokens } from '../../tokens/manage-access-tokens.js';
import { announced, type Block, type Cell } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { listQuery, nextPage, pageOf, shownTime, searchForm } from '../lists.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import type { Texts } from '../texts/english.js';
import { factsOf, statusOf } from './token-facts.js';

const LIST = '/console/tokens';
const MINTING = '/console/token-minting';
const REVOCATION = '/console/token-revocation';

/** The list of access tokens, searchable by consumer and subject, and a page for each. */
@ConsoleController('tokens')
export class TokenPagesController {
  constructor(
    private readonly tokens: ManageAccessTokens,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  async list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { tokens: texts } = pageRequest.texts;
    const query = listQuery(ListTokensQuery, pageRequest.target);
    const { consumerKey, subject, status } = query;
    const from = positionOf(LIST, query);
    const after = from && { createdAt: from.at, token: from.key };
    const filter = { consumerKey, subject, status };
    const { tokens, next } = await this.tokens.page(filter, after, limitOf(query));
    const position = next && { at: next.createdAt, key: next.token };
    const mint = new URLSearchParams(consumerKey === undefined ? {} : { consumerKey });
    return this.pages.render(pageRequest, { title: texts.title }, [
      ...(pageRequest.may()
        ? [
            {
              is: 'links' as const,
              links: [{ href: `${MINTING}?${mint.toString()}`, text: texts.mint, isMain: true }],
            },
          ]
        : []),
      searchForm(LIST, pageRequest.texts, [
        { name: 'consumerKey', label: texts.consumerKey, kind: 'text', value: consumerKey },
        { name: 'subject', label: texts.subject, kind: 'text', value: subject },
        {
          name: 'status',
          label: texts.status,
          kind: 'choice',
          chosen: [status ?? ''],
          options: [
            ['', pageRequest.texts.any],
            ...ACCESS_TOKEN_STATUSES.map((one) => [one, texts.statuses[one]] as const),
          ],
        },
      ]),
      {
        is: 'table',
        caption: texts.title,
        columns: texts.columns,
        rows: tokens.map((token) => rowOf(token, pageRequest)),
        none: texts.none,
        next: nextPage(LIST, query, position),
      },
      ...(pageRequest.may() ? revokeAllBlocks(consumerKey, subject, pageRequest.texts) : []),
    ]);
  }

  @Get(':token')
  @Roles('auditor')
  async show(
    @Param('token') token: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const { tokens: texts } = pageRequest.texts;
    const found = await this.tokens.find(token);
    const frame = { title: texts.one, trail: [{ href: LIST, text: texts.title }] };
    return this.pages.render(pageRequest, frame, [
      ...announced(pageRequest.query.one('done') && texts.wasRevoked),
      factsOf(found, pageRequest.texts),
      ...(pageRequest.may() && found.status !== 'revoked'
        ? [
            { is: 'heading' as const, text: texts.revoke },
            { is: 'text' as const, text: texts.revokeIntro(found.subject, found.consumerKey) },
            {
              is: 'form' as const,
              action: pageOf('tokens', token, 'revoke'),
              fields: [],
              submit: texts.revoke,
              isDangerous: true,
            },
          ]
        : []),
    ]);
  }

  @Post(':token/revoke')
  @Roles()
  async revoke(
    @Param('token') token: string,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    await this.tokens.revoke(token, pageRequest.actor);
    return redirectTo(`${pageOf('tokens', token)}?done=revoked`);
  }
}

/** Revokes all tokens of a consumer, of a subject, or of one consumer for one subject. */
@ConsoleController('token-revocation')
export class TokenRevocationController {
  constructor(
    private readonly tokens: ManageAccessTokens,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Post()
  @Roles()
  async revokeAll(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { tokens: texts } = pageRequest.texts;
    // `one` would drop a repeated field, and with it a filter. Validation refuses the array.
    const given = Object.fromEntries(
      (['consumerKey', 'subject'] as const).map((name) => {
        const values = pageRequest.form.all(name).filter((value) => value !== '');
        return [name, values.length > 1 ? values : values[0]];
      }),
    );
    const { consumerKey, subject } = strictInput(Revocation, given);
    if (!consumerKey && !subject) {
      throw new InvalidInput([{ pointer: '', detail: 'must have consumerKey, subject, or both' }]);
    }
    const revoked = await this.tokens.revokeAll(
      { consumerKey: consumerKey ?? undefined, subject: subject ?? undefined },
      pageRequest.actor,
    );
    const frame = { title: texts.title, trail: [{ href: LIST, text: texts.title }] };
    return this.pages.render(pageRequest, frame, announced(texts.revoked(String(revoked))));
  }
}

function rowOf(token: ListedAccessToken, pageRequest: StaffRequest): Cell[] {
  const href = pageOf('tokens', token.token);
  return [
    { text: token.token, href, isCode: true },
    { text: token.consumerKey, href: pageOf('consumers', token.consumerKey), isCode: true },
    token.subject,
    token.scopes.join(' '),
    statusOf(token, pageRequest.texts),
    token.expiresAt === null ? pageRequest.texts.never : shownTime(token.expiresAt),
    pageRequest.may() && token.status !== 'revoked'
      ? { text: pageRequest.texts.tokens.revoke, href }
      : '',
  ];
}

/** The button that revokes all tokens, if the search names a consumer or a subject. */
function revokeAllBlocks(
  consumerKey: string | undefined,
  subject: string | undefined,
  { tokens }: Texts,
): Block[] {
  if (consumerKey === undefined && subject === undefined) return [];
  const whose = [
    ...(consumerKey === undefined ? [] : [tokens.ofConsumer(consumerKey)]),
    ...(subject === undefined ? [] : [tokens.ofSubject(subject)]),
  ].join(', ');
  return [
    { is: 'heading', text: tokens.revokeAll },
    { is: 'text', text: `${tokens.revokeAllIntro} ${whose}` },
    {
      is: 'form',
      action: REVOCATION,
      hidden: [
        ...(consumerKey === undefined ? [] : [['consumerKey', consumerKey] as const]),
        ...(subject === undefined ? [] : [['subject', subject] as const]),
      ],
      fields: [],
      submit: tokens.revokeAll,
      isDangerous: true,
    },
  ];
}
