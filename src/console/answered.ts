import type { Reply } from '../pages/reply.js';

/** Thrown where a page is answered with something else than itself. */
export class Answered extends Error {
  constructor(readonly reply: Reply) {
    super('Answered otherwise');
  }
}
