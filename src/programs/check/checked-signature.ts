/** The response of `POST /admin/signature-checks` (contract section 10). */
export interface CheckedSignature {
  /** Whether the signature is valid, whatever else is wrong. */
  readonly active: boolean;
  readonly problem: string | null;
  readonly advice: string | null;
  readonly hint: string | null;
  readonly baseString: string | null;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly keyParts: readonly string[];
}

export const CHECKS_PATH = '/admin/signature-checks';
