import type { AuditActor } from '../audit/audit-event.js';
import { Injectable } from '@nestjs/common';
import { AuditTrail } from '../audit/audit-trail.js';
import { StoreUnavailable } from '../failures/store-unavailable.js';
import { Grants } from '../grants/grants.js';
import { DerivedKeys, MAC_OCTETS } from '../secrets/derived-keys.js';
import { randomOctets } from '../secrets/random-values.js';
import { SecretBox } from '../secrets/secret-box.js';
import { ALTERED, ImportRefused, refusedAsWhole, type LineFault } from './import-refused.js';
import { firstOf, stageLines, type StagedFile } from './stage-lines.js';
import { StagedImports } from './staged-imports.js';
import { importStagedRows } from './import-staged-rows.js';

/** A file of consumers and access tokens, one JSON object on each line. */
export interface ImportSource {
  readonly chunks: AsyncIterable<Buffer>;
  /** SHA-256 of the file, if known in advance. An import that was interrupted then resumes where it stopped. */
  readonly hash?: Buffer;
}

/** How to make an import. */
export interface ImportOrder {
  /** Who makes the import, for the audit event. */
  readonly actor: AuditActor;
  /** Check the file only: faults are reported, and nothing is imported. */
  readonly dryRun: boolean;
  /**
   * Throws if the caller has lost permission. Called after the whole file was read and before anything is imported.
   */
  readonly assertStanding?: () => Promise<void>;
  /** Called at each step. */
  readonly onProgress?: (step: ImportStep) => void;
}

/** The number of octets that were read, or the number of rows that were imported, with the total. */
export type ImportStep =
  | { readonly done: 'read'; readonly octets: number }
  | { readonly done: 'taken over'; readonly rows: number; readonly of: number };

/** The result for a file that was not refused. */
export interface ImportResult {
  readonly consumers: number;
  readonly tokens: number;
  /** When the same file was imported before, in which case nothing was done now; null otherwise. */
  readonly takenOverAt: Date | null;
}

/** SQLSTATEs of unique and foreign keys, and of the lock timeout while another transaction inserts the same key. */
const MET_A_CHANGE = new Set(['23505', '23503', '55P03']);

/** Imports consumers and access tokens from a file: the whole file, or nothing. */
@Injectable()
export class ImportRecords {
  constructor(
    private readonly staged: StagedImports,
    private readonly audit: AuditTrail,
    private readonly secretBox: SecretBox,
    private readonly grants: Grants,
    private readonly keys: DerivedKeys,
  ) {}

  /**
   * Reads the file, in the memory of a few thousand lines, and imports it in one transaction together with its audit
   * event. No one sees any of its rows before the commit.
   *
   * @throws ImportRefused; StoreUnavailable, after which a file with a given hash resumes where it stopped; what
   * reading the source throws
   */
  async run(source: ImportSource, order: ImportOrder): Promise<ImportResult> {
    const { actor, dryRun, onProgress = () => undefined } = order;
    const { hash } = source;
    const digests = dryRun || !hash ? [] : this.digestsOf(hash);
    // An import that cannot be resumed has a random context, which only this process knows.
    const contexts = digests.length > 0 ? digests : [randomOctets(MAC_OCTETS)];
    const begun = await this.staged.begin(digests, contexts[0] as Buffer);
    const { id, finishedAt, macContext } = begun;
    if (finishedAt) {
      return { consumers: begun.consumers, tokens: begun.tokens, takenOverAt: finishedAt };
    }
    let mayGoOn = source.hash !== undefined && !dryRun;
    try {
      const context = contexts.find((one) => macContext?.equals(one));
      if (!context) throw refusedAsWhole('invalid', ALTERED);
      const sealing = { secretBox: this.secretBox, grants: this.grants, context };
      const file = await stageLines(this.staged, sealing, begun, source.chunks, (octets) =>
        onProgress({ done: 'read', octets }),
      );
      if (source.hash && !source.hash.equals(file.hash)) {
        throw refusedAsWhole('invalid', 'was changed while it was read');
      }
      await order.assertStanding?.();
      await this.refuseConflicts(id);
      if (!dryRun) await this.importStaged(id, context, file, actor, onProgress);
      mayGoOn = false;
      return { consumers: file.consumers, tokens: file.tokens, takenOverAt: null };
    } catch (error) {
      if (error instanceof ImportRefused) mayGoOn = error.reason === 'busy';
      throw error;
    } finally {
      // If clearing fails, the sweep deletes the rows later; a new import of this file starts from the beginning.
      if (!mayGoOn) await this.staged.clear(id).catch(() => undefined);
    }
  }

  /**
   * The digests by which an import is found: MACs of the file's SHA-256 under each key, because the plain hash would
   * allow to guess a secret; and the plain SHA-256, as the previous version stored it.
   */
  private digestsOf(hash: Buffer): Buffer[] {
    return [...this.keys.macs('import-file', hash), hash];
  }

  private async refuseConflicts(id: number): Promise<void> {
    const faults: LineFault[] = [];
    for await (const { taken, orphans, exceeding } of this.staged.conflicts(id)) {
      for (const line of taken) faults.push({ line, pointer: '', detail: 'is there already' });
      for (const line of orphans) {
        const detail = 'is neither registered nor in the file';
        faults.push({ line, pointer: '/consumerKey', detail });
      }
      for (const line of exceeding) {
        faults.push({ line, pointer: '/scopes', detail: 'exceeds what its consumer may have' });
      }
      faults.splice(0, faults.length, ...firstOf(faults));
    }
    if (faults.length > 0) throw new ImportRefused('taken', faults);
  }

  private async importStaged(
    id: number,
    context: Buffer,
    { consumers, tokens, hash }: StagedFile,
    actor: AuditActor,
    onProgress: (step: ImportStep) => void,
  ): Promise<void> {
    const of = consumers + tokens;
    const sha256 = this.keys.mac('import-file', hash).subarray(-MAC_OCTETS).toString('hex');
    const detail = { consumers, tokens, sha256 };
    try {
      await this.audit.recordAtLength(
        () => ({ actor, action: 'records.import', target: `import:${id}`, detail }),
        async (transaction) => {
          const outcome = await importStagedRows(
            { grants: this.grants, secretBox: this.secretBox },
            transaction,
            { id, context, rows: { consumers, tokens } },
            (rows) => onProgress({ done: 'taken over', rows, of }),
          );
          if (outcome === 'busy') throw new ImportRefused('busy', []);
          if (outcome === 'altered') throw refusedAsWhole('invalid', ALTERED);
          if (outcome === 'incomplete') {
            throw refusedAsWhole('invalid', 'was cleared away meanwhile; import it again');
          }
        },
      );
    } catch (error) {
      const below = error instanceof StoreUnavailable ? error.cause : error;
      if (!MET_A_CHANGE.has((below as { code?: string } | undefined)?.code ?? '')) throw error;
      // After the check for conflicts, another transaction registered one of the keys or deleted a consumer.
      throw refusedAsWhole('taken', 'met a change that came in between; import it again');
    }
  }
}
