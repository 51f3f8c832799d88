import { Get, Post } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import { redirectTo, type Reply } from '../../pages/reply.js';
import { TokenKeyRotation } from '../../platform-tokens/token-key-rotation.js';
import { TokenKeys } from '../../platform-tokens/token-keys.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { shownTime } from '../lists.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

const LIST = '/console/signing-keys';

/** The signing keys of platform tokens, if the platform uses them. */
@ConsoleController('signing-keys')
export class SigningKeyPagesController {
  constructor(
    private readonly keys: TokenKeys,
    private readonly rotation: TokenKeyRotation,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  async list(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { signingKeys: texts } = pageRequest.texts;
    const keys = await this.keys.shown();
    return this.pages.render(pageRequest, { title: texts.title }, [
      { is: 'text', text: texts.intro },
      {
        is: 'table',
        caption: texts.title,
        columns: texts.columns,
        rows: keys.map(({ kid, algorithm, status, createdAt, signsFrom, publishedUntil }) => [
          { text: kid, isCode: true },
          algorithm,
          status,
          shownTime(createdAt),
          shownTime(signsFrom),
          publishedUntil === null ? '–' : shownTime(publishedUntil),
        ]),
        none: texts.none,
      },
      ...(pageRequest.may()
        ? [
            { is: 'heading' as const, text: texts.rotate },
            { is: 'text' as const, text: texts.rotateIntro },
            {
              is: 'form' as const,
              action: `${LIST}/rotate`,
              fields: [],
              submit: texts.rotate,
              isDangerous: true,
            },
          ]
        : []),
    ]);
  }

  @Post('rotate')
  @Roles()
  async rotate(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    await this.rotation.rotate(pageRequest.actor);
    return redirectTo(LIST);
  }
}
