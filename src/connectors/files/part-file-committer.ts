// Makes finished parts visible by renaming them. Idempotent: a part that is visible already counts as done.
// Thread: the slot's, after its checkpoint is complete.
import { dirname } from 'node:path';
import { ConnectorError } from '#connectors/errors';
import type { PartFile } from '#connectors/files/part-file-writer';
import type { Files } from '#platform/files/files';
import type { Committer } from '#streaming/sink/sink';

export class PartFileCommitter implements Committer<PartFile> {
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  /** Throws FILE_COMMIT_FAILED when a part is neither pending nor visible. */
  commit(parts: readonly PartFile[]): void {
    for (const part of parts) {
      if (this.#files.existsSync(part.temporary)) this.#files.renameSync(part.temporary, part.final);
      else if (!this.#files.existsSync(part.final)) {
        throw new ConnectorError('FILE_COMMIT_FAILED', `cannot make ${part.final} visible: ${part.temporary} is gone; its records are lost, start again from an older checkpoint`, { context: { ...part } });
      }
    }
    for (const directory of new Set(parts.map((part) => dirname(part.final)))) this.#files.syncDirectorySync(directory);
  }

  close(): void {}
}
