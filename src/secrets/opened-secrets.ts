import { SecretBox, type SecretPlace } from './secret-box.js';

/**
 * Opens sealed secrets, and remembers each as long as its row is cached, because opening costs more than verifying
 * a signature. When the row leaves the cache, the secret is forgotten.
 */
export class OpenedSecrets {
  private readonly opened = new WeakMap<Buffer, string>();

  constructor(private readonly secrets: SecretBox) {}

  /**
   * @param sealed as read from the row and column that `place` names, never from elsewhere
   * @throws SealBroken
   */
  open(sealed: Buffer, place: SecretPlace): string {
    const known = this.opened.get(sealed);
    if (known !== undefined) return known;
    const secret = this.secrets.open(sealed, place);
    this.opened.set(sealed, secret);
    return secret;
  }
}
