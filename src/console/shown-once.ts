import { Logger } from '@nestjs/common';
import { errorFields } from '../failures/error-fields.js';
import type { Reply } from '../pages/reply.js';

const logger = new Logger('Console');

/**
 * The page; where it fails, the part of it that is shown nowhere else, such as a new secret: no trouble with the
 * rest may hide that.
 *
 * @param part renders it without asking the database
 */
export function pageOrPart(page: Promise<Reply>, part: () => Reply): Promise<Reply> {
  return page.catch((error: unknown) => {
    logger.warn('Rendering a page failed; only what is shown once was sent', errorFields(error));
    return part();
  });
}
