// A tmpfs that is small enough to fill. The write-ahead log stays on the normal disk.
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE = '512m';
const PAGE = Buffer.alloc(4096, 1);

/** Only root may mount. An ordinary user needs sudo without a password. */
const asRoot = ([command, ...args]) =>
  process.getuid() === 0
    ? spawnSync(command, args, { encoding: 'utf8' })
    : spawnSync('sudo', ['-n', command, ...args], { encoding: 'utf8' });

/** Returns the disk, or the reason why there is none. */
export function mountSmallDisk() {
  if (process.platform !== 'linux') return { reason: 'a tmpfs is Linux alone' };
  const path = mkdtempSync(join(tmpdir(), 'oauth10-small-disk-'));
  const options = `size=${SIZE},uid=${process.getuid()},gid=${process.getgid()},mode=700`;
  const { status, stderr, error } = asRoot(['mount', '-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  if (status === 0) return { disk: new SmallDisk(path) };
  rmdirSync(path);
  return { reason: `mounting a tmpfs is refused: ${error?.message ?? stderr.trim()}` };
}

class SmallDisk {
  constructor(path) {
    this.path = path;
  }

  /** Gives the folder to PostgreSQL's account. */
  lend(uid, gid) {
    chownSync(this.path, uid, gid);
  }

  /** Fills the disk to the last page. */
  fill() {
    const { bavail, bsize } = statfsSync(this.path);
    spawnSync('fallocate', ['-l', String(bavail * bsize), this.#filling]);
    const file = openSync(this.#filling, 'a');
    try {
      for (;;) writeSync(file, PAGE);
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free() {
    rmSync(this.#filling, { force: true });
  }

  /** Call this after the server has stopped. */
  unmount() {
    asRoot(['umount', '-l', this.path]);
    rmdirSync(this.path);
  }

  get #filling() {
    return join(this.path, 'filling');
  }
}
