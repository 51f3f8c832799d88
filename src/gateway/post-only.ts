import { Problem } from '../http/problem-details.js';

/** The answer to methods other than POST. */
export const postOnly = (): Problem =>
  new Problem('method_not_allowed', 'Allowed here: POST.', { headers: { Allow: 'POST' } });
