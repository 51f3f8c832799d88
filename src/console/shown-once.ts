import { Logger } from '@nestjs/common';
import { errorFields } from '../failures/error-fields.js';
import type { Reply } from '../pages/reply.js';

const logger = new Logger('Console');

/**
 * Returns the page. If rendering it fails, returns only the part that cannot be shown again, such as a new secret. An
 * unrelated error must not hide that part.
 *
 * @param part renders it without a query
 */
export function pageOrPart(page: Promise<Reply>, part: () => Reply): Promise<Reply> {
  return page.catch((error: unknown) => {
    logger.warn('Rendering a page failed; only what is shown once was sent', errorFields(error));
    return part();
  });
}
