import { Post } from '@nestjs/common';
import { AnyCaller } from '../../admin-http/roles.decorator.js';
import type { Reply } from '../../pages/reply.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { noStaffSessionCookie, StaffSessions } from '../staff-sessions.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

/** Ends the session in the browser and in the database. */
@ConsoleController('sign-out')
export class StaffSignOutController {
  constructor(
    private readonly sessions: StaffSessions,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Post()
  @AnyCaller()
  async end(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    await this.sessions.end(pageRequest.session.id);
    const { title, advice, again } = pageRequest.texts.signedOut;
    const frame = { title, cookies: [noStaffSessionCookie(pageRequest.secure)], isNarrow: true };
    return this.pages.render({ texts: pageRequest.texts, target: '' }, frame, [
      { is: 'text', text: advice },
      { is: 'links', links: [{ href: '/console/', text: again }] },
    ]);
  }
}
