import { send } from './http.js';
import type { TestService } from './service.js';

/** How many rows of this kind the service has refused, from its metric. */
export async function refusedGrantsAt(service: TestService, kind: string): Promise<number> {
  const { text } = await send({ base: service.adminBase, target: '/metrics' });
  const line = new RegExp(`^oauth10_grants_refused_total\\{kind="${kind}"\\} (\\d+)$`, 'm');
  return Number(line.exec(text)?.[1] ?? 0);
}
