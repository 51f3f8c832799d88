/**
 * Reads the table of folders in docs/architecture.md as a rule: a folder may import what its last column names. This
 * keeps the page and the code in agreement.
 */
export type Rooms = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads the rows `| `room/` | owns | may import |`. In the last column every folder in backticks is allowed, and the
 * words "everything above" allow the folders of all rows before.
 *
 * @throws Error if the page has no such table.
 */
export function roomsOf(architecturePage: string): Rooms {
  const rooms = new Map<string, Set<string>>();
  for (const line of architecturePage.split('\n')) {
    const row = /^\|\s*`([a-z0-9-]+)\/`\s*\|[^|]*\|([^|]*)\|\s*$/.exec(line);
    if (!row) continue;
    const [, room = '', mayImport = ''] = row;
    const allowed = new Set([...mayImport.matchAll(/`([a-z0-9-]+)\/`/g)].map(([, name]) => name!));
    if (mayImport.includes('everything above'))
      for (const other of rooms.keys()) allowed.add(other);
    rooms.set(room, allowed);
  }
  if (rooms.size === 0) throw new Error('docs/architecture.md has no table of rooms');
  return rooms;
}
