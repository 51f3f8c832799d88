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

/** A file of consumers and access tokens, one JSON object a line. */
export interface ImportSource {
  readonly chunks: AsyncIterable<Buffer>;
  /** SHA-256, where it is known beforehand: then a file that was cut off goes on where it stopped. */
  readonly hash?: Buffer;
}

/** How an import is to be made. */
export interface ImportOrder {
  /** Who makes it, for the record. */
  readonly actor: AuditActor;
  /** Look only: whatever would be refused is, and nothing is taken over. */
  readonly dryRun: boolean;
  /** Throws where the caller may not any more; asked when the file has ended, and before any of it is taken over. */
  readonly assertStanding?: () => Promise<void>;
  /** Hears of each step. */
  readonly onProgress?: (step: ImportStep) => void;
}

/** Octets that were read, or rows that were taken over, out of so many. */
export type ImportStep =
  | { readonly done: 'read'; readonly octets: number }
  | { readonly done: 'taken over'; readonly rows: number; readonly of: number };

/** What became of a file that was not refused. */
export interface ImportResult {
  readonly consumers: number;
  readonly tokens: number;
  /** When the same file was taken over before, so that nothing was done now; null otherwise. */
  readonly takenOverAt: Date | null;
}

/** Unique and foreign keys; a row that somebody else is bringing, and that was waited for. */
const MET_A_CHANGE = new Set(['23505', '23503', '55P03']);

/** Brings consumers and access tokens along from elsewhere: a whole file, or nothing of it. */
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
   * Reads the file, in the memory of a few thousand lines, and takes it over in one transaction,
   * together with its entry in the record. Before that, nobody sees any of it.
   *
   * @throws ImportRefused; StoreUnavailable, after which a file whose digest was given goes on where
   * it stopped; what reading the source throws
   */
  async run(source: ImportSource, order: ImportOrder): Promise<ImportResult> {
    const { actor, dryRun, onProgress = () => undefined } = order;
    const { hash } = source;
    const digests = dryRun || !hash ? [] : this.digestsOf(hash);
    // Of a file that nobody goes on with, this process alone knows what its rows are bound to.
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
      // What can't be cleared away now is swept later; this file begins anew when it comes again.
      if (!mayGoOn) await this.staged.clear(id).catch(() => undefined);
    }
  }

  /**
   * What a file is kept under: MACs of its SHA-256, which tell whoever reads them nothing of a secret
   * that could be guessed, under each key; and the SHA-256 itself, as the version before kept it.
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
      // Somebody registered one of the keys, or deleted a consumer, since they were looked for.
      throw refusedAsWhole('taken', 'met a change that came in between; import it again');
    }
  }
}
