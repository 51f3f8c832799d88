import {
  appendFile,
  closeSync,
  fstatSync,
  fsync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { ProgramError } from './offline-program.js';

const append = promisify(appendFile);
const sync = promisify(fsync);

/**
 * The file of an export, readable only by its owner. It appears only when it is complete. Before that its name ends
 * with `.part`, and its descriptor identifies it, so that a file of another program under this name stays untouched.
 */
export class ExportFile {
  private readonly part: string;
  private readonly descriptor: number;
  private isClearedAway = false;

  /** @throws ProgramError also if the `.part` file already exists */
  constructor(private readonly path: string) {
    this.part = `${path}.part`;
    try {
      this.descriptor = openSync(this.part, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw this.fault(error);
      throw new ProgramError(
        `${this.part} is there: another export is under way, or one that was cut off left it, ` +
          'perhaps with secrets. Wait for it, or delete it first.',
      );
    }
  }

  /** @throws ProgramError */
  async append(lines: string): Promise<void> {
    await append(this.descriptor, lines).catch((error: unknown) => {
      throw this.fault(error);
    });
  }

  /**
   * Gives the file its name, after its data is on the disk. Unlike a rename, it overwrites no file that now has the
   * name.
   *
   * @throws ProgramError
   */
  async publish(): Promise<void> {
    try {
      await sync(this.descriptor);
      if (this.isOurs()) return linkSync(this.part, this.path);
    } catch (error) {
      throw this.fault(error);
    }
    throw new ProgramError(`${this.part} was taken away while it was written.`);
  }

  /**
   * Removes the `.part` file, which is partial or already has its final name too. Synchronous; may be called again.
   */
  clearAway(): void {
    if (this.isClearedAway) return;
    this.isClearedAway = true;
    try {
      if (this.isOurs()) rmSync(this.part);
      closeSync(this.descriptor);
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      process.stderr.write(`${this.part} can't be removed: ${code}\n`);
    }
  }

  private isOurs(): boolean {
    const there = lstatSync(this.part, { throwIfNoEntry: false });
    const own = fstatSync(this.descriptor);
    return there?.ino === own.ino && there.dev === own.dev;
  }

  private fault(error: unknown): ProgramError {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return new ProgramError(`${this.path} can't be written: ${code}`);
  }
}
