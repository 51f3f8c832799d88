import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Settings } from '../config/settings.js';
import { HttpRefusal } from '../http/http-refusal.js';
import { Problem } from '../http/problem-details.js';
import { noteProblem } from '../http/request-notes.js';
import { RepeatedHeader } from '../http/single-header.js';
import { disclosedProblem } from '../oauth10/disclosure.js';
import { sendForm } from '../oauth10/form-reply.js';
import { OAuthProblemFilter } from '../oauth10/oauth-problem.filter.js';
import { OAuthProblem, parameterRejected } from '../protocol/oauth-problem.js';

/** Refuses like every signed endpoint. A gateway without a valid key gets 403. */
@Catch()
@Injectable()
export class AuthzRefusalFilter implements ExceptionFilter {
  private readonly oauthFilter: OAuthProblemFilter;

  constructor(protected readonly settings: Settings) {
    this.oauthFilter = new OAuthProblemFilter(settings);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    this.oauthFilter.catch(translated(error), host);
  }
}

/** nginx turns every status except 2xx, 401 and 403 into 500, so refusals other than 401 become 403. */
@Catch()
@Injectable()
export class NginxRefusalFilter extends AuthzRefusalFilter {
  override catch(raised: unknown, host: ArgumentsHost): void {
    const error = translated(raised);
    const response = host.switchToHttp().getResponse<ServerResponse>();
    if (error instanceof OAuthProblem && !response.headersSent) {
      const problem = disclosedProblem(error, this.settings);
      noteProblem(response, error.code, error.detail);
      if (problem.status !== 401) {
        return sendForm(response, this.settings.replyType, 403, problem.toParameters());
      }
    }
    if (error instanceof HttpRefusal && error.status !== 401) {
      return super.catch(new HttpRefusal(403, error.text, error.headers), host);
    }
    super.catch(error, host);
  }
}

function translated(error: unknown): unknown {
  // Not 401: that would ask the client for a key that the gateway has to send.
  if (error instanceof Problem) return new HttpRefusal(403, error.detail);
  if (error instanceof RepeatedHeader) {
    return parameterRejected([error.headerName], `Send ${error.headerName} once.`);
  }
  return error;
}
