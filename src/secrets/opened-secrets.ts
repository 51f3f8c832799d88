import { SecretBox, type SecretPlace } from './secret-box.js';

/**
 * Opens sealed secrets, each once for as long as the row it came in is kept: the seal of a remembered
 * row costs more to open than the signature costs to check. What nobody keeps is forgotten with it.
 */
export class OpenedSecrets {
  private readonly opened = new WeakMap<Buffer, string>();

  constructor(private readonly secrets: SecretBox) {}

  /**
   * @param sealed as read from the row and column that `place` names, and from nowhere else
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
