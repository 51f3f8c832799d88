import { Get } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import type { Reply } from '../../pages/reply.js';
import { MISTAKES, SIGNATURE_ADVICE } from '../../protocol/hints/mistakes.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

const HINTS = [
  ...MISTAKES.map(({ code, advice }) => [code, advice] as const),
  ...Object.entries(SIGNATURE_ADVICE),
];

/** Explains each hint. Each has its own anchor. */
@ConsoleController('hints')
export class HintsPageController {
  constructor(private readonly pages: ConsoleRenderer) {}

  @Get()
  @Roles('auditor')
  show(@CurrentRequest() pageRequest: StaffRequest): Reply {
    const { hints } = pageRequest.texts;
    return this.pages.render(pageRequest, { title: hints.title }, [
      { is: 'text', text: hints.intro },
      {
        is: 'facts',
        rows: HINTS.map(([code, advice]) => ({ id: code, term: code, cells: [advice] })),
      },
    ]);
  }
}
