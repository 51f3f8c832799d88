import { Get, Post, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Roles } from '../../admin-http/roles.decorator.js';
import { StreamedBody } from '../../admin-http/streamed-body.js';
import { InvalidInput } from '../../input/input-fault.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import type { Reply } from '../../pages/reply.js';
import { ImportRecords } from '../../transfer/import-records.js';
import { ImportRefused } from '../../transfer/import-refused.js';
import { Answered, orAnswered } from '../answered.js';
import { announced, type Block, type Field } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import { StaffSessions, type StaffSession } from '../staff-sessions.js';
import type { Texts } from '../texts/english.js';
import { takeUpload } from './uploaded-file.js';

const PAGE = '/console/import';
const FILE = `${PAGE}/file`;

/** The result of an import for the page. */
interface Outcome {
  readonly status: number;
  readonly notes: readonly Block[];
  readonly refusal?: ImportRefused;
}

/** The content of both forms. */
interface Shown {
  readonly status?: number;
  readonly notes?: readonly Block[];
  readonly lines?: string | undefined;
  /** Whether the dry-run box of each form is ticked. */
  readonly dryRun?: { readonly lines?: boolean; readonly file?: boolean };
  readonly fileFault?: string;
}

/** Imports consumers and access tokens from JSON lines: from a form field, or from a file of any length. */
@ConsoleController('import')
export class ImportPageController {
  constructor(
    private readonly imports: ImportRecords,
    private readonly pages: ConsoleRenderer,
    private readonly sessions: StaffSessions,
  ) {}

  @Get()
  @Roles()
  form(@CurrentRequest() pageRequest: StaffRequest): Reply {
    return this.page(pageRequest, {});
  }

  @Post()
  @Roles()
  async take(@CurrentRequest() pageRequest: StaffRequest): Promise<Reply> {
    const { form, texts } = pageRequest;
    const dryRun = form.all('dryRun').includes('true');
    const lines = form.all('lines')[0] ?? '';
    const chunks = inOneChunk(lines.replaceAll('\r\n', '\n'));
    const wouldBe = texts.import.wouldBe;
    const { refusal, ...outcome } = await this.import(pageRequest, chunks, dryRun, wouldBe);
    const reply = this.page(pageRequest, {
      ...outcome,
      // After a dry run without refusal, the next submission imports.
      dryRun: { lines: refusal !== undefined && dryRun },
      // Imported lines contain secrets, so the page does not repeat them.
      lines: refusal || dryRun ? lines : '',
    });
    return orAnswered(reply, refusal);
  }

  /** Streams the file: it is never whole in memory, and its import begins only after the form token was verified. */
  @Post('file')
  @Roles()
  @StreamedBody()
  takeFile(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
    @CurrentRequest() pageRequest: StaffRequest,
  ): Promise<Reply> {
    const { isFormToken, texts } = pageRequest;
    return takeUpload(request, response, isFormToken, async ({ fields, chunks }) => {
      const dryRun = fields.get('dryRun') === 'true';
      if (chunks === undefined) {
        const fileFault = texts.import.noFile;
        const reply = this.page(pageRequest, { status: 400, dryRun: { file: dryRun }, fileFault });
        throw new Answered(reply, new InvalidInput([{ pointer: '/file', detail: 'is missing' }]));
      }
      const wouldBe = texts.import.fileWouldBe;
      const { refusal, ...outcome } = await this.import(pageRequest, chunks, dryRun, wouldBe);
      const isNextALook = refusal !== undefined && dryRun;
      const reply = this.page(pageRequest, { ...outcome, dryRun: { file: isNextALook } });
      return orAnswered(reply, refusal);
    });
  }

  private async import(
    { actor, session, texts }: StaffRequest,
    chunks: AsyncIterable<Buffer>,
    dryRun: boolean,
    wouldBe: (consumers: string, tokens: string) => string,
  ): Promise<Outcome> {
    try {
      const order = { actor, dryRun, assertStanding: () => this.assertStanding(session) };
      const { consumers, tokens } = await this.imports.run({ chunks }, order);
      const sentence = dryRun ? wouldBe : texts.import.done;
      const text = sentence(String(consumers), String(tokens));
      return { status: 200, notes: announced(text) };
    } catch (error) {
      if (!(error instanceof ImportRefused)) throw error;
      const status = error.reason === 'invalid' ? 400 : 409;
      return { status, notes: refused(texts, error), refusal: error };
    }
  }

  /** An upload can take hours, and the session can end meanwhile. */
  private async assertStanding({ id }: StaffSession): Promise<void> {
    const session = await this.sessions.findAfterLongRequest(id);
    if (session?.caller.roles.includes('admin')) return;
    throw new PageRefusal('signed-out', { retryAt: '/console/' });
  }

  private page(
    pageRequest: StaffRequest,
    { status = 200, notes = [], lines, dryRun = {}, fileFault }: Shown,
  ): Reply {
    const { import: texts, consumers } = pageRequest.texts;
    const frame = {
      title: texts.title,
      status,
      trail: [{ href: '/console/consumers', text: consumers.title }],
    };
    const tick = (isTicked = true): Field => ({
      name: 'dryRun',
      label: texts.dryRun,
      kind: 'tick',
      chosen: isTicked ? ['true'] : [],
    });
    return this.pages.render(pageRequest, frame, [
      ...notes,
      { is: 'text', text: texts.intro },
      { is: 'heading', text: texts.ofFile },
      {
        is: 'form',
        action: FILE,
        submit: texts.fileButton,
        fields: [
          // The box comes before the file, because the file is imported while it arrives.
          tick(dryRun.file),
          {
            name: 'file',
            label: texts.file,
            kind: 'file',
            help: texts.fileHelp,
            fault: fileFault,
            isRequired: true,
          },
        ],
      },
      { is: 'heading', text: texts.ofLines },
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
          tick(dryRun.lines),
        ],
      },
    ]);
  }
}

const refused = ({ import: texts }: Texts, { faults }: ImportRefused): Block[] => [
  ...announced(texts.refused, 'alert'),
  {
    is: 'table',
    caption: texts.faults,
    columns: texts.columns,
    rows: faults.map(({ line, pointer, detail }) => [
      line === 0 ? '–' : String(line),
      { text: pointer, isCode: true },
      detail,
    ]),
    none: texts.refused,
  },
];

/** The lines as a stream of one chunk. */
// eslint-disable-next-line @typescript-eslint/require-await -- what reads it waits for each chunk
async function* inOneChunk(lines: string): AsyncGenerator<Buffer> {
  yield Buffer.from(lines, 'utf8');
}
