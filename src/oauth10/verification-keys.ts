import { Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import type { SignatureMethod } from '../protocol/signature-methods.js';
import { OpenedSecrets } from '../secrets/opened-secrets.js';
import { SecretBox, type SecretPlace } from '../secrets/secret-box.js';
import { consumerSecret, previousConsumerSecret } from '../consumers/sealed-secrets.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import { Decoy, type DecoySecrets } from './decoy.js';
import { RsaPublicKeys } from './rsa-public-keys.js';

/** A sealed token secret and its place. */
export interface SealedTokenSecret {
  readonly sealed: Buffer;
  readonly place: SecretPlace;
}

/** The keys for verifying one signature (SignatureInput without the values of the request). */
export interface VerificationKeys {
  readonly consumerSecret: string | undefined;
  readonly tokenSecret: string;
  readonly rsaPublicKey: KeyObject | undefined;
  /** False if one of the keys is the decoy's: then no signature holds, whatever the verification returns. */
  readonly genuine: boolean;
}

/**
 * Opens the keys for a signature: only those that the family of its method needs. If consumer or token is unknown,
 * or the consumer has no key of this family, the decoy's keys replace them. So all these cases cost the same as a
 * wrong signature.
 */
@Injectable()
export class VerificationKeyRing {
  private readonly rsaPublicKeys = new RsaPublicKeys();
  private readonly decoy: Promise<Decoy>;
  private readonly secrets: OpenedSecrets;

  constructor(secrets: SecretBox) {
    // Generating the decoy's RSA key takes a while; the start does not wait for it.
    this.decoy = Decoy.create(secrets);
    this.secrets = new OpenedSecrets(secrets);
  }

  /** The decoys for unknown credentials of one request. */
  async decoyForOneRequest(): Promise<DecoySecrets> {
    return (await this.decoy).forOneRequest();
  }

  /**
   * @param token 'none' if the request has none, undefined if it is unknown
   * @throws SealBroken
   */
  open(
    family: SignatureMethod['family'],
    consumer: SigningConsumer | undefined,
    token: SealedTokenSecret | 'none' | undefined,
    decoy: DecoySecrets,
  ): VerificationKeys {
    const ofToken = token !== undefined;
    if (family === 'rsa') {
      const pem = consumer?.rsaPublicKey ?? undefined;
      const own = pem === undefined ? undefined : this.rsaPublicKeys.parsed(pem);
      const rsaPublicKey = own ?? decoy.rsaPublicKey;
      const genuine = ofToken && own !== undefined;
      return { consumerSecret: undefined, tokenSecret: '', rsaPublicKey, genuine };
    }
    const sealed = consumer?.secret ?? undefined;
    return {
      consumerSecret:
        consumer === undefined || sealed === undefined
          ? decoy.consumerSecret()
          : this.secrets.open(sealed, consumerSecret(consumer.consumerKey)),
      tokenSecret: this.tokenSecret(token, decoy),
      rsaPublicKey: undefined,
      genuine: ofToken && sealed !== undefined,
    };
  }

  /**
   * Opens the previous secret of a rotation, or the decoy's if there is none.
   *
   * @param nowSeconds by the database's clock; an expired secret is opened as well, but is not genuine
   * @throws SealBroken
   */
  previousSecret(
    consumer: SigningConsumer | undefined,
    nowSeconds: number,
    decoy: DecoySecrets,
  ): { secret: string; genuine: boolean } {
    const sealed = consumer?.previousSecret ?? undefined;
    if (!consumer || !sealed) return { secret: decoy.previousConsumerSecret(), genuine: false };
    return {
      secret: this.secrets.open(sealed, previousConsumerSecret(consumer.consumerKey)),
      genuine: nowSeconds < (consumer.previousSecretExpiresAtSeconds ?? 0),
    };
  }

  private tokenSecret(token: SealedTokenSecret | 'none' | undefined, decoy: DecoySecrets): string {
    if (token === 'none') return '';
    return token === undefined ? decoy.tokenSecret() : this.secrets.open(token.sealed, token.place);
  }
}
