/**
 * The table of rooms in docs/architecture.md, read as a rule: what a room may import is what its
 * last column names. So the page cannot say one thing and the code do another.
 */
export type Rooms = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads the rows `| `room/` | owns | may import |`. In the last column every folder in backticks
 * is allowed, and the words "everything above" allow the rooms of all rows before.
 *
 * @throws Error when the page has no such table.
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
