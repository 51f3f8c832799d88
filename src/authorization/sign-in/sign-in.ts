import type { AuthorizationRequest } from '../../tokens/authorization-request-reader.js';
import type { Reply } from '../../pages/reply.js';
import type { BrowserRequest } from '../browser-request.js';

/**
 * How the resource owner shows who they are (RFC 5849 section 2.2: the server must verify the
 * identity first). Which way there is, the settings decide (authorization.module.ts).
 */
export abstract class SignIn {
  /**
   * Answers a browser on which nobody is signed in: with a page, or with a redirect to where people
   * sign in. Once they have, SignedIn takes over.
   *
   * @param request what to come back to; undefined: "Your connections"
   */
  abstract begin(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest | undefined,
  ): Promise<Reply>;
}
