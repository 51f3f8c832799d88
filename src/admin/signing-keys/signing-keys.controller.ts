import { Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Actor } from '../../admin-http/caller-of.js';
import { AdminController } from '../../admin-http/admin-controller.decorator.js';
import {
  limitOf,
  PageQuery,
  pageReply,
  positionOf,
  type PageReply,
} from '../../admin-http/page-query.js';
import { Roles } from '../../admin-http/roles.decorator.js';
import { TakesQuery } from '../../admin-http/takes-query.js';
import type { AuditActor } from '../../audit/audit-event.js';
import { TokenKeyRotation } from '../../platform-tokens/token-key-rotation.js';
import { TokenKeys, type ShownTokenKey } from '../../platform-tokens/token-keys.js';

const PATH = '/admin/signing-keys';

/** The keys that sign platform tokens. */
@AdminController('signing-keys')
export class SigningKeysController {
  constructor(
    private readonly keys: TokenKeys,
    private readonly rotation: TokenKeyRotation,
  ) {}

  @Get()
  @Roles('auditor')
  @TakesQuery(PageQuery)
  async list(
    @Query() query: PageQuery,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<PageReply<SigningKeyReply>> {
    const from = positionOf(PATH, query);
    const keys = (await this.keys.shown()).filter(
      ({ position }) => position > Number(from?.key ?? 0),
    );
    const page = keys.slice(0, limitOf(query));
    const last = keys.length > page.length ? page.at(-1) : undefined;
    const next = last && { at: last.createdAt, key: String(last.position) };
    const { reply, link } = pageReply(PATH, query, page.map(signingKeyReply), next);
    if (link !== undefined) response.setHeader('Link', link);
    return reply;
  }

  @Post('rotate')
  @Roles()
  @HttpCode(200)
  async rotate(@Actor() actor: AuditActor): Promise<SigningKeyReply> {
    return signingKeyReply(await this.rotation.rotate(actor));
  }
}

const signingKeyReply = (key: ShownTokenKey) => ({
  kid: key.kid,
  algorithm: key.algorithm,
  status: key.status,
  createdAt: key.createdAt.toISOString(),
  signsFrom: key.signsFrom.toISOString(),
  publishedUntil: key.publishedUntil?.toISOString() ?? null,
});

type SigningKeyReply = ReturnType<typeof signingKeyReply>;
