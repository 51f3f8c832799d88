import {
  Catch,
  Injectable,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { recordRefusal } from '../admin-http/admin-problem.filter.js';
import { problemOf } from '../admin-http/problem-of.js';
import { RefusedCalls } from '../admin-http/refused-calls.js';
import { errorFields } from '../failures/error-fields.js';
import { RecordNotOurs } from '../failures/record-not-ours.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { logUnexpectedError } from '../http/log-unexpected-error.js';
import { Problem, PROBLEMS, requestIdOf } from '../http/problem-details.js';
import { PageRefusal } from '../pages/page-refusal.js';
import { sendReply, type Reply } from '../pages/reply.js';
import { Answered } from './answered.js';
import { ConsoleRenderer } from './console-renderer.js';
import { ConsoleRequests, staffRequestOf } from './staff-request.js';
import type { ConsoleRefusalReason } from './texts/refusals.js';

/** What the error page shows, and the code for the audit trail. */
interface ErrorPage {
  readonly status: number;
  /** The code in the audit trail. */
  readonly code: string;
  readonly title: string;
  readonly advice: string;
  readonly retryAt?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Handles every refusal of the console: adds it to the audit trail, then shows an error page. */
@Catch()
@Injectable()
export class ConsoleFilter implements ExceptionFilter {
  private readonly logger = new Logger('Console');

  constructor(
    private readonly pages: ConsoleRenderer,
    private readonly requests: ConsoleRequests,
    private readonly refusedCalls: RefusedCalls,
  ) {}

  /** Never rejects. The framework does not await filters, so a rejection would end the process. */
  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<IncomingMessage>();
    const response = http.getResponse<ServerResponse>();
    try {
      if (response.headersSent) {
        this.logger.warn('A reply was cut off', errorFields(error));
        return void response.destroy();
      }
      if (error instanceof Answered) {
        if (error.refusal !== undefined) {
          const { code } = this.describe(error.refusal, request, response);
          const refusal = { status: error.reply.status, code };
          await recordRefusal(this.refusedCalls, request, response, refusal);
        }
        return sendReply(response, error.reply, {});
      }
      const errorPage = this.describe(error, request, response);
      await recordRefusal(this.refusedCalls, request, response, errorPage);
      sendReply(response, this.page(errorPage, request, response), {});
    } catch (failure) {
      this.logger.error('Sending an error response failed', errorFields(failure));
      response.destroy();
    }
  }

  private page(errorPage: ErrorPage, request: IncomingMessage, response: ServerResponse): Reply {
    const { title, status, advice, retryAt, headers } = errorPage;
    const texts = this.requests.textsFor(request);
    const pageRequest = staffRequestOf(request);
    const links = [
      ...(retryAt === undefined ? [] : [{ href: retryAt, text: texts.tryAgain }]),
      ...(pageRequest?.may('auditor') ? [{ href: '/console/', text: texts.nav.overview }] : []),
    ];
    return this.pages.render(pageRequest ?? { texts, target: '' }, { title, status, headers }, [
      { is: 'text', text: advice },
      { is: 'links', links },
      { is: 'text', text: texts.requestId(requestIdOf(response)), soft: true },
    ]);
  }

  private describe(error: unknown, request: IncomingMessage, response: ServerResponse): ErrorPage {
    const { errors, refused } = this.requests.textsFor(request);
    const ofReason = (reason: ConsoleRefusalReason, more: Partial<ErrorPage> = {}): ErrorPage => ({
      ...new PageRefusal<string>(reason),
      code: reason,
      ...errors[reason],
      ...more,
    });
    if (error instanceof PageRefusal) {
      const { retryAt, headers } = error.detail;
      return ofReason(error.reason as ConsoleRefusalReason, {
        status: error.status,
        retryAt,
        headers,
      });
    }
    const problem = error instanceof Problem ? error : problemOf(error);
    if (problem) {
      const { code } = problem;
      const [status] = PROBLEMS[code];
      const faults = (problem.more.errors ?? []).map(
        ({ pointer, detail }) => `${pointer} ${detail}`,
      );
      const advice = [problem.detail, ...faults].join(' ');
      if (status === 404) return ofReason('not-found', { code, advice });
      return { status, code, title: refused, advice, headers: problem.more.headers };
    }
    if (error instanceof NotFoundException) return ofReason('not-found');
    if (error instanceof HttpRefusal) {
      return ofReason('malformed', { status: error.status, headers: error.headers });
    }
    if (error instanceof RecordNotOurs || isStoreUnavailable(error)) {
      return ofReason('unavailable', { status: 503, headers: { 'Retry-After': '1' } });
    }
    logUnexpectedError(this.logger, error, response);
    return ofReason('unforeseen', { status: 500 });
  }
}
