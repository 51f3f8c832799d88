/** A line of an import or export file of consumers and access tokens, before it is JSON. */
export type Line = Record<string, unknown>;

/** The lines as the text of a file; strings are used as they are. */
export const file = (...lines: (Line | string)[]): string =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');

/** The consumer of the tokens below. */
export const consumer = (more: Line = {}): Line => ({
  type: 'consumer',
  consumerKey: 'printer',
  consumerSecret: 'the secret of ten years',
  name: 'Photo printer',
  ...more,
});

/** An access token of that consumer. */
export const token = (more: Line = {}): Line => ({
  type: 'token',
  token: 'old-token',
  tokenSecret: 'and its secret',
  consumerKey: 'printer',
  subject: 'jane',
  ...more,
});
