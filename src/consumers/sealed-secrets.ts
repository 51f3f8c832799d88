/** Where a consumer's secret is sealed. */
export const consumerSecret = (consumerKey: string) =>
  ({ table: 'consumers', row: consumerKey, column: 'secret' }) as const;

/** Where the secret before it is sealed. */
export const previousConsumerSecret = (consumerKey: string) =>
  ({ table: 'consumers', row: consumerKey, column: 'previous_secret' }) as const;
