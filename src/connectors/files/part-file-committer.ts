// Makes finished parts visible by renaming them, and marks folders that are complete. Idempotent: a part that is visible already
// counts as done. Thread: the slot's, after its checkpoint is complete.
import { dirname, join } from 'node:path';
import { ConnectorError } from '#connectors/errors';
import type { FileCommittable, PartFile } from '#connectors/files/file-committable';
import type { Files } from '#platform/files/files';
import type { Committer } from '#streaming/sink/sink';

export class PartFileCommitter implements Committer<FileCommittable> {
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  /** Throws FILE_COMMIT_FAILED when a part is neither pending nor visible. */
  commit(committables: readonly FileCommittable[]): void {
    for (const item of committables) if ('replaced' in item) this.#clear(item.replaced);
    const parts = committables.filter((item): item is PartFile => 'final' in item);
    for (const part of parts) this.#show(part);
    for (const directory of new Set(parts.map((part) => dirname(part.final)))) this.#files.syncDirectorySync(directory);
    // Behind the parts: who sees the mark sees them.
    for (const item of committables) if ('partition' in item && item.successFile !== undefined) this.#files.atomicWriteSync(join(item.partition, item.successFile), new Uint8Array(0));
  }

  close(): void {}

  #show(part: PartFile): void {
    if (this.#files.existsSync(part.temporary)) this.#files.renameSync(part.temporary, part.final);
    else if (!this.#files.existsSync(part.final)) {
      throw new ConnectorError('FILE_COMMIT_FAILED', `cannot make ${part.final} visible: ${part.temporary} is gone; its records are lost, start again from an older checkpoint`, { context: { ...part } });
    }
  }

  /** Files that are hidden are new parts; folders below are other partitions, and go with the whole table only. */
  #clear(folder: string): void {
    if (!this.#files.existsSync(folder)) return;
    for (const entry of this.#files.listSync(folder)) if (!entry.isDirectory && !entry.name.startsWith('.')) this.#files.deleteSync(entry.path);
  }
}
