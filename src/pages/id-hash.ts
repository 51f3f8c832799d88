import { createHash } from 'node:crypto';

/** What the database keeps of an id that only one browser may know. */
export const idHash = (id: string): Buffer => createHash('sha256').update(id).digest();
