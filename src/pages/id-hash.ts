import { createHash } from 'node:crypto';

/** The hash of a browser's secret id. The database stores only the hash. */
export const idHash = (id: string): Buffer => createHash('sha256').update(id).digest();
