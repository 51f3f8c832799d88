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
  constructor(
    client: import('./client.js').OAuth10Client,
    {
      origin,
      realm,
      clientAddress,
    }: {
      origin: string;
      realm?: string;
      clientAddress?: import('./http.js').ClientAddress;
    },
  );
  client: import('./client.js').OAuth10Client;
  origin: string;
  realm: string;
  clientAddress: import('./http.js').ClientAddress | undefined;
  /**
   * @param {import('@nestjs/common').ExecutionContext} context
   * @returns {Promise<true>}
   * @throws {HttpException}
   */
  canActivate(context: import('@nestjs/common').ExecutionContext): Promise<true>;
}
