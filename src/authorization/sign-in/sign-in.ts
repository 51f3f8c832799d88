import type { AuthorizationRequest } from '../../tokens/authorization-request-reader.js';
import type { Reply } from '../../pages/reply.js';
import type { BrowserRequest } from '../browser-request.js';

/**
 * Verifies the resource owner's identity (required by RFC 5849 section 2.2). The settings choose the implementation
 * (authorization.module.ts).
 */
export abstract class SignIn {
  /**
   * Responds to a browser without a session, with a page or with a redirect to the issuer. After the sign-in,
   * SignedIn starts the session.
   *
   * @param request the authorization request to redirect to afterwards; undefined: "Your connections"
   */
  abstract begin(
    pageRequest: BrowserRequest,
    request: AuthorizationRequest | undefined,
  ): Promise<Reply>;
}
