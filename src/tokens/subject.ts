const MAX_CHARACTERS = 255;

/** Whether the text can be a subject: an id that every client, header and database carries. */
export function isSubject(text: string): boolean {
  const characters = Array.from(text).length;
  return characters >= 1 && characters <= MAX_CHARACTERS && !/[\p{Cc}\p{Cs}]/u.test(text);
}
