const MAX_CHARACTERS = 255;

/** Whether the text is a valid subject: an id that clients, headers and the database can store and transmit. */
export function isSubject(text: string): boolean {
  const characters = Array.from(text).length;
  return characters >= 1 && characters <= MAX_CHARACTERS && !/[\p{Cc}\p{Cs}]/u.test(text);
}
