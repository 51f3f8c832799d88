import { Get, Post, Req } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { Roles } from '../../admin-http/roles.decorator.js';
import { ReportedRequest } from '../../gateway/reported-request.js';
import { headersOf, signedRequest } from '../../gateway/reported-signed-request.js';
import { InvalidInput } from '../../input/input-fault.js';
import { parseRawRequest, RawRequestError } from '../../input/raw-request.js';
import { strictInput } from '../../input/strict-input.js';
import {
  SignatureInspection,
  type InspectedSignature,
} from '../../oauth10/signature-inspection.js';
import type { Reply } from '../../pages/reply.js';
import { Answered } from '../answered.js';
import { announced, type Block } from '../blocks.js';
import { ConsoleController } from '../console-controller.decorator.js';
import { ConsoleRenderer } from '../console-renderer.js';
import { CurrentRequest, type StaffRequest } from '../staff-request.js';
import type { Texts } from '../texts/english.js';
import { comparedLines } from './compared-lines.js';

const PAGE = '/console/signature-check';

/** Explains why a signature is refused. Staff paste a request. The check spends no nonce and stores nothing. */
@ConsoleController('signature-check')
export class SignatureCheckController {
  constructor(
    private readonly inspection: SignatureInspection,
    private readonly pages: ConsoleRenderer,
  ) {}

  @Get()
  @Roles('auditor')
  form(@CurrentRequest() pageRequest: StaffRequest): Reply {
    return this.page(pageRequest, 200, [], undefined);
  }

  @Post()
  @Roles('auditor')
  async check(
    @CurrentRequest() pageRequest: StaffRequest,
    @Req() request: IncomingMessage,
  ): Promise<Reply> {
    const raw = pageRequest.form.all('request')[0] ?? '';
    const scheme = pageRequest.form.one('scheme') === 'http' ? 'http' : 'https';
    try {
      const reported = strictInput(ReportedRequest, parseRawRequest(raw, scheme));
      const signed = signedRequest(reported, headersOf(reported), request);
      const found = await this.inspection.inspect(signed);
      const theirs = pageRequest.form.one('theirs')?.trim();
      return this.page(
        pageRequest,
        200,
        verdictBlocks(found, theirs, pageRequest.texts),
        undefined,
      );
    } catch (error) {
      const refusal =
        error instanceof RawRequestError
          ? new InvalidInput([{ pointer: '', detail: error.message }])
          : error;
      if (!(refusal instanceof InvalidInput)) throw error;
      const faults = refusal.faults.map(({ pointer, detail }) => `${pointer} ${detail}`.trim());
      throw new Answered(this.page(pageRequest, 400, [], faults.join('; ')), refusal);
    }
  }

  private page(
    { form, ...pageRequest }: StaffRequest,
    status: number,
    verdict: readonly Block[],
    fault: string | undefined,
  ): Reply {
    const { check: texts } = pageRequest.texts;
    return this.pages.render(pageRequest, { title: texts.title, status }, [
      ...verdict,
      ...(verdict.length > 0 ? [{ is: 'heading' as const, text: texts.request }] : []),
      {
        is: 'form',
        action: PAGE,
        submit: texts.button,
        fields: [
          {
            name: 'request',
            label: texts.request,
            kind: 'area',
            rows: 12,
            value: form.all('request')[0],
            help: texts.requestHelp,
            fault,
            isRequired: true,
          },
        ],
        more: {
          summary: pageRequest.texts.consumers.moreFields,
          isOpen: form.one('theirs') !== undefined,
          fields: [
            {
              name: 'scheme',
              label: texts.scheme,
              kind: 'choice',
              options: [
                ['https', 'https'],
                ['http', 'http'],
              ],
              chosen: [form.one('scheme') ?? 'https'],
            },
            {
              name: 'theirs',
              label: texts.theirs,
              kind: 'area',
              rows: 4,
              value: form.one('theirs'),
              help: texts.theirsHelp,
            },
          ],
        },
      },
    ]);
  }
}

function verdictBlocks(
  found: InspectedSignature,
  theirs: string | undefined,
  { check: texts, ...all }: Texts,
): Block[] {
  const { active, problem, advice, hint, baseString, parameters, keyParts } = found;
  const fact = (term: string, text: string | null, isCode = false) =>
    text === null ? [] : [{ term, cells: [{ text, isCode }] }];
  return [
    ...announced(active ? texts.holds : texts.fails, active ? 'status' : 'alert'),
    {
      is: 'facts',
      rows: [
        ...fact(texts.problem, problem, true),
        ...fact(texts.hint, hint, true),
        ...fact(texts.advice, advice),
        ...fact(texts.keyParts, keyParts.length > 0 ? keyParts.join(', ') : all.none),
      ],
    },
    ...(baseString === null
      ? []
      : [
          { is: 'heading' as const, text: texts.baseString },
          ...(theirs === baseString ? [{ is: 'text' as const, text: texts.same }] : []),
          {
            is: 'lines' as const,
            label: texts.compared,
            lines: comparedLines(baseString, theirs, { ours: texts.ours, theirs: texts.client }),
          },
        ]),
    { is: 'heading', text: texts.parameters },
    {
      is: 'table',
      caption: texts.parameters,
      columns: texts.columns,
      rows: parameters.map(({ name, value, from }) => [
        { text: name, isCode: true },
        { text: value, isCode: true },
        from,
      ]),
      none: texts.noParameters,
    },
  ];
}
