/** The place for which a consumer's secret is sealed. */
export const consumerSecret = (consumerKey: string) =>
  ({ table: 'consumers', row: consumerKey, column: 'secret' }) as const;

/** The place for which a consumer's previous secret is sealed. */
export const previousConsumerSecret = (consumerKey: string) =>
  ({ table: 'consumers', row: consumerKey, column: 'previous_secret' }) as const;
