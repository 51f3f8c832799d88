/** Text as its UTF-8 octets, one a character, as HTTP carries it. */
export const octets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
