import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../database/change-feed.js';
import { Metrics } from '../metrics/metrics.js';
import type { CompatibilityFlag } from '../protocol/compatibility.js';
import type { AccessToken } from './access-token.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialCache } from './credential-cache.js';
import type { SigningConsumer } from './signing-consumer.js';
import type { TemporaryCredentials } from './temporary-credentials.js';

/** A consumer and one of its own tokens; each is undefined if there is none. */
export interface FoundCredentials<Token> {
  readonly consumer: SigningConsumer | undefined;
  readonly token: Token | undefined;
  /** Whether everything came from the cache, without a query. */
  readonly fromMemory: boolean;
}

/** `memory`: cached rows may be used. `store`: read the database, because the cached rows did not suffice. */
export type Source = 'memory' | 'store';

const CONSUMERS_OCTETS_MAX = 4 * 1024 * 1024;
const ACCESS_TOKENS_OCTETS_MAX = 8 * 1024 * 1024;

/** An access token with the key of its consumer, because it is cached separately. */
interface OwnedAccessToken {
  readonly consumerKey: string;
  readonly token: AccessToken;
}

/**
 * Finds the credentials that verify a signature. Consumers and access tokens are cached while the change feed
 * notifies this replica of every change to them. Absent rows are not cached, nor are temporary credentials,
 * which are used only once.
 */
@Injectable()
export class Credentials {
  private readonly consumers = new CredentialCache<SigningConsumer>(CONSUMERS_OCTETS_MAX);
  private readonly accessTokens = new CredentialCache<OwnedAccessToken>(ACCESS_TOKENS_OCTETS_MAX);

  constructor(
    private readonly repository: CredentialsRepository,
    private readonly changes: ChangeFeed,
    private readonly metrics: Metrics,
  ) {
    changes.subscribe({
      changed: (payload) => this.forget(payload),
      lost: () => {
        this.consumers.clear();
        this.accessTokens.clear();
      },
    });
  }

  /** Only the consumer: for initiate, and for two-legged requests. */
  async findConsumer(consumerKey: string, source: Source): Promise<FoundCredentials<never>> {
    const remembered = this.rememberedConsumer(consumerKey, source);
    const consumer = remembered ?? (await this.readConsumer(consumerKey));
    return { consumer, token: undefined, fromMemory: remembered !== undefined };
  }

  /** The compatibility flags of the consumer; empty if there is no such consumer. */
  async flagsOf(consumerKey: string, source: Source): Promise<readonly CompatibilityFlag[]> {
    return (await this.findConsumer(consumerKey, source)).consumer?.compatibility ?? [];
  }

  /** The consumer and its temporary credentials. */
  async findTemporaryCredentials(
    consumerKey: string,
    token: string,
  ): Promise<FoundCredentials<TemporaryCredentials>> {
    const [consumer, temporaryCredentials] = await Promise.all([
      this.rememberedConsumer(consumerKey, 'memory') ?? this.readConsumer(consumerKey),
      this.repository.findTemporaryCredentials(consumerKey, token),
    ]);
    return { consumer, token: consumer && temporaryCredentials, fromMemory: false };
  }

  /** The consumer and its access token. */
  async findAccessToken(
    consumerKey: string,
    token: string,
    source: Source,
  ): Promise<FoundCredentials<AccessToken>> {
    const consumer = this.rememberedConsumer(consumerKey, source);
    const owned = this.remembered('access_tokens', this.accessTokens, token, source);
    if (consumer && owned?.consumerKey === consumerKey) {
      return { consumer, token: owned.token, fromMemory: true };
    }
    const [readConsumer, readToken] = await Promise.all([
      consumer ?? this.readConsumer(consumerKey),
      this.accessTokens.learn(token, async () => {
        const read = await this.repository.findAccessToken(consumerKey, token);
        return read && { consumerKey, token: read };
      }),
    ]);
    return {
      consumer: readConsumer,
      token: readConsumer && readToken?.token,
      fromMemory: false,
    };
  }

  private readConsumer(consumerKey: string): Promise<SigningConsumer | undefined> {
    return this.consumers.learn(consumerKey, () => this.repository.findConsumer(consumerKey));
  }

  private rememberedConsumer(consumerKey: string, source: Source): SigningConsumer | undefined {
    return this.remembered('consumers', this.consumers, consumerKey, source);
  }

  private remembered<Row extends object>(
    name: string,
    rows: CredentialCache<Row>,
    key: string,
    source: Source,
  ): Row | undefined {
    if (source === 'store') return undefined;
    const isCurrent = this.changes.isCurrent();
    const row = isCurrent ? rows.get(key) : undefined;
    this.metrics.cacheLookup(name, row ? 'hit' : isCurrent ? 'miss' : 'bypass');
    return row;
  }

  /** @param payload as the triggers of migration 0005 write it */
  private forget(payload: string): void {
    const [kind, key = ''] = payload.split(/ (.*)/s);
    if (kind === 'consumer') this.consumers.drop(key);
    if (kind === 'token') this.accessTokens.drop(key);
  }
}
