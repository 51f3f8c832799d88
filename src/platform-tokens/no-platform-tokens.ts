/** No issuer is set, so that there are neither keys nor tokens. */
export class NoPlatformTokens extends Error {}
