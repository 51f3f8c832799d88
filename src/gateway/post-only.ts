import { Problem } from '../http/problem-details.js';

/** What other methods than POST are told. */
export const postOnly = (): Problem =>
  new Problem('method_not_allowed', 'Allowed here: POST.', { headers: { Allow: 'POST' } });
