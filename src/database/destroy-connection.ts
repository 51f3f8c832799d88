import type { ClientBase } from 'pg';

/** Ends a connection at once, and without the farewell that a silent server would never answer. */
export function destroyConnection(client: ClientBase): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
