import { Post } from '@nestjs/common';
import { AnyCaller } from '../../admin-http/roles.decorator.js';
import type { Reply } from '../../pages/reply.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { noStaffSessionCookie, StaffSessions } from '../staff-sessions.js';
import { Visiting, type StaffVisit } from '../staff-visit.js';

/** Ends the session, here and on the server. */
@ConsoleController('sign-out')
export class StaffSignOutController {
  constructor(
    private readonly sessions: StaffSessions,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Post()
  @AnyCaller()
  async end(@Visiting() visit: StaffVisit): Promise<Reply> {
    await this.sessions.end(visit.session.id);
    const { title, advice, again } = visit.texts.signedOut;
    const frame = { title, cookies: [noStaffSessionCookie(visit.secure)], isNarrow: true };
    return this.pages.render({ texts: visit.texts, target: '' }, frame, [
      { is: 'text', text: advice },
      { is: 'links', links: [{ href: '/console/', text: again }] },
    ]);
  }
}
