import { Get, Post } from '@nestjs/common';
import { Roles } from '../../admin-http/roles.decorator.js';
import type { Reply } from '../../pages/reply.js';
import { ImportRecords } from '../../transfer/import-records.js';
import { ImportRefused } from '../../transfer/import-refused.js';
import type { Block } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';

const PAGE = '/console/import';

/** Consumers and access tokens as lines of JSON: as many as a form carries; a file goes to the admin API. */
@ConsoleController('import')
export class ImportPageController {
  constructor(
    private readonly imports: ImportRecords,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles()
  form(@CurrentRequest() pageRequest: StaffRequest): Reply {
    return this.page(pageRequest, 200, [], true);
  }

  @Post()
  @Roles()
  async take(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { form, actor, texts } = pageRequest;
    const dryRun = form.all('dryRun').includes('true');
    const lines = (form.all('lines')[0] ?? '').replaceAll('\r\n', '\n');
    try {
      const chunks = inOneChunk(lines);
      const { consumers, tokens } = await this.imports.run({ chunks }, { actor, dryRun });
      const sentence = dryRun ? texts.import.wouldBe : texts.import.done;
      const text = sentence(String(consumers), String(tokens));
      // After a look, the next press takes over.
      // What was taken over need not be shown again, with its secrets.
      const kept = dryRun ? form.all('lines')[0] : '';
      return this.page(pageRequest, 200, [{ is: 'note', text, role: 'status' }], false, kept);
    } catch (error) {
      if (!(error instanceof ImportRefused)) throw error;
      return this.page(
        pageRequest,
        error.reason === 'invalid' ? 400 : 409,
        refused(pageRequest, error),
        dryRun,
      );
    }
  }

  private page(
    pageRequest: StaffRequest,
    status: number,
    notes: readonly Block[],
    isDryRun: boolean,
    lines = pageRequest.form.all('lines')[0],
  ): Reply {
    const { import: texts, consumers } = pageRequest.texts;
    const frame = {
      title: texts.title,
      status,
      trail: [{ href: '/console/consumers', text: consumers.title }],
    };
    return this.pages.render(pageRequest, frame, [
      ...notes,
      {
        is: 'form',
        action: PAGE,
        submit: texts.title,
        fields: [
          {
            name: 'lines',
            label: texts.lines,
            kind: 'area',
            rows: 10,
            value: lines,
            help: texts.linesHelp,
            isRequired: true,
          },
          {
            name: 'dryRun',
            label: texts.dryRun,
            kind: 'tick',
            chosen: isDryRun ? ['true'] : [],
          },
        ],
      },
    ]);
  }
}

const refused = ({ texts }: StaffRequest, { faults }: ImportRefused): Block[] => [
  { is: 'note', text: texts.import.refused, role: 'alert' },
  {
    is: 'table',
    caption: texts.import.faults,
    columns: texts.import.columns,
    rows: faults.map(({ line, pointer, detail }) => [
      line === 0 ? '–' : String(line),
      { text: pointer, isCode: true },
      detail,
    ]),
    none: texts.import.refused,
  },
];

/** The lines as a body would bring them. */
// eslint-disable-next-line @typescript-eslint/require-await -- what reads it waits for each chunk
async function* inOneChunk(lines: string): AsyncGenerator<Buffer> {
  yield Buffer.from(lines, 'utf8');
}
