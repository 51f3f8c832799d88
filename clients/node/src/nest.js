import { HttpException } from '@nestjs/common';
import { answerTo, reportOf } from './http.js';

/**
 * A guard for Nest. It sets `request.oauth10` to the verdict, or throws. The application needs `rawBody: true`.
 *
 * `@UseGuards(new OAuth10Guard(client, { origin: 'https://api.example.com' }))`
 */
export class OAuth10Guard {
  /**
   * @param {import('./client.js').OAuth10Client} client
   * @param {{ origin: string, realm?: string, clientAddress?: import('./http.js').ClientAddress }} options as for Express
   */
  constructor(client, { origin, realm = 'api', clientAddress }) {
    this.client = client;
    this.origin = origin;
    this.realm = realm;
    this.clientAddress = clientAddress;
  }

  /**
   * @param {import('@nestjs/common').ExecutionContext} context
   * @returns {Promise<true>}
   * @throws {HttpException}
   */
  async canActivate(context) {
    const http = context.switchToHttp();
    const request = http.getRequest();
    try {
      const report = reportOf(request, this.origin, this.clientAddress);
      request.oauth10 = await this.client.verify(report);
      return true;
    } catch (error) {
      const answer = answerTo(error, this.realm);
      if (!answer) throw error;
      const response = http.getResponse();
      for (const [name, value] of Object.entries(answer.headers)) response.header(name, value);
      throw new HttpException(answer.body, answer.status, { cause: error });
    }
  }
}
