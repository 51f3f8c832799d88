/**
 * A guard for Nest: sets `request.oauth10` to who signed, or refuses. The application is created with `rawBody: true`.
 *
 * `@UseGuards(new OAuth10Guard(client, { origin: 'https://api.example.com' }))`
 */
export class OAuth10Guard {
  /**
   * @param {import('./client.js').OAuth10Client} client
   * @param {{ origin: string, realm?: string }} options as for Express
   */
  constructor(
    client: import('./client.js').OAuth10Client,
    {
      origin,
      realm,
    }: {
      origin: string;
      realm?: string;
    },
  );
  client: import('./client.js').OAuth10Client;
  origin: string;
  realm: string;
  /**
   * @param {import('@nestjs/common').ExecutionContext} context
   * @returns {Promise<true>}
   * @throws {HttpException}
   */
  canActivate(context: import('@nestjs/common').ExecutionContext): Promise<true>;
}
