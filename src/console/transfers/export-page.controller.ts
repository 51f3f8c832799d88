import { Get, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Roles } from '../../admin-http/roles.decorator.js';
import { ExportDownload } from '../../admin/transfers/export-download.js';
import type { Reply } from '../../pages/reply.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

const PAGE = '/console/export';

/** Exports all consumers and access tokens as a file, on request with their secrets. */
@ConsoleController('export')
export class ExportPageController {
  constructor(
    private readonly download: ExportDownload,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles()
  form(@CurrentRequest() pageRequest: StaffRequest): Reply {
    const { export: texts, consumers } = pageRequest.texts;
    const frame = {
      title: texts.title,
      trail: [{ href: '/console/consumers', text: consumers.title }],
    };
    return this.pages.render(pageRequest, frame, [
      { is: 'text', text: texts.intro },
      { is: 'note', text: texts.warning },
      {
        is: 'form',
        action: PAGE,
        submit: texts.button,
        fields: [{ name: 'secrets', label: texts.secrets, kind: 'tick', chosen: [] }],
      },
    ]);
  }

  /** A POST with a form token, so that no other site can start an export or add one to the audit trail. */
  @Post()
  @Roles()
  async send(
    @CurrentRequest() pageRequest: StaffRequest,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const { form, actor } = pageRequest;
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    await this.download.send({ actor, secrets: form.all('secrets').includes('true') }, response);
  }
}
