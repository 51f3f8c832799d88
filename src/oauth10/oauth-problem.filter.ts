import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Settings } from '../config/settings.js';
import { RecordNotOurs } from '../failures/record-not-ours.js';
import { isStoreUnavailable } from '../failures/store-unavailable.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { sendText } from '../http/send-text.js';
import { logUnexpectedError } from '../http/log-unexpected-error.js';
import { noteProblem } from '../http/request-notes.js';
import { formatOAuthChallenge } from '../protocol/authorization-header.js';
import { OAuthProblem } from '../protocol/oauth-problem.js';
import { disclosedProblem } from './disclosure.js';
import { sendForm } from './form-reply.js';

const RETRY_AFTER_SECONDS = '1';

/** Answers every failure of a signed request (RFC 5849 section 3.2). */
@Catch()
export class OAuthProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('OAuth10');

  constructor(private readonly settings: Settings) {}

  catch(error: unknown, host: ArgumentsHost): void {
    this.answer(error, host.switchToHttp().getResponse<ServerResponse>());
  }

  /** Sends the response for the error. */
  answer(error: unknown, response: ServerResponse): void {
    if (response.headersSent) return void response.destroy();
    if (error instanceof OAuthProblem) return this.refuse(response, error);
    if (error instanceof HttpRefusal) {
      return sendText(response, error.status, error.text, error.headers);
    }
    if (error instanceof RecordNotOurs || isStoreUnavailable(error)) {
      return sendText(response, 503, 'The service cannot reach its store. Try again soon.', {
        'Retry-After': RETRY_AFTER_SECONDS,
      });
    }
    if (error instanceof HttpException && error.getStatus() < 500) {
      return sendText(response, error.getStatus(), error.message);
    }
    logUnexpectedError(this.logger, error, response);
    sendText(response, 500, 'An error occurred processing the call.');
  }

  private refuse(response: ServerResponse, raised: OAuthProblem): void {
    noteProblem(response, raised.code, raised.detail);
    const problem = disclosedProblem(raised, this.settings);
    const headers: Record<string, string> = {};
    if (problem.status === 401) {
      headers['WWW-Authenticate'] = formatOAuthChallenge({
        realm: this.settings.realm,
        problem: problem.code,
      });
    }
    const { replyType } = this.settings;
    sendForm(response, replyType, problem.status, problem.toParameters(), headers);
  }
}
