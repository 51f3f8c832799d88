/** No issuer is set, so there are neither keys nor tokens. */
export class NoPlatformTokens extends Error {}
