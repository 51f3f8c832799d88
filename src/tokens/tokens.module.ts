import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { EventsModule } from '../events/events.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { AuthorizationRequests } from './authorization-requests.js';
import { Connections } from './connections.js';
import { CredentialsRepository } from './credentials.repository.js';
import { Credentials } from './credentials.js';
import { ExchangeTemporaryCredentials } from './exchange-temporary-credentials.js';
import { IssueTemporaryCredentials } from './issue-temporary-credentials.js';
import { LastUse } from './last-use.js';
import { ManageAccessTokens } from './manage-access-tokens.js';
import { MintAccessTokens } from './mint-access-tokens.js';
import { RevokeAccessTokens } from './revoke-access-tokens.js';
import { AuthorizationRequestReader } from './authorization-request-reader.js';
import { SignatureUses } from './signature-uses.js';

const useCases = [
  AuthorizationRequests,
  Connections,
  ExchangeTemporaryCredentials,
  IssueTemporaryCredentials,
  LastUse,
  ManageAccessTokens,
  MintAccessTokens,
  RevokeAccessTokens,
  SignatureUses,
];

/**
 * Owns temporary credentials and access tokens, from issue (RFC 5849 section 2.1) and decision (2.2) to the
 * exchange (2.3). It depends on the database, on secrets/, on grants/, on the audit trail of audit/ and on the
 * outbox of events/. It never sees an HTTP request.
 */
@Module({
  imports: [AuditModule, DatabaseModule, EventsModule, GrantsModule, SecretsModule],
  providers: [CredentialsRepository, Credentials, AuthorizationRequestReader, ...useCases],
  exports: [Credentials, ...useCases],
})
export class TokensModule {}
