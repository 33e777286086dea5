// Files that a backend keeps its state in, as part of a snapshot: RocksDB's tables and manifest. Files that never change
// are shared between checkpoints: their bytes are uploaded once. Plain data.
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import type { KeyGroupRange } from '#state/keyed/keyed-state';

export interface SnapshotFile {
  /** Unique within the set, e.g. `000012.sst`, `MANIFEST-000004`. */
  readonly name: string;
  /** Absolute; the file stays as it is until the deferred snapshot is released. */
  readonly path: string;
  readonly bytes: number;
  /**
   * Given for a file that never changes: whoever gives the same id, in whatever checkpoint of the job, has the same
   * bytes. Made of letters, digits, `-`, `_` and `.`. Left out, the file is written into its checkpoint alone.
   */
  readonly sharedId?: string;
  /** CRC-32, when the backend knows it; else it is computed while the file is stored. */
  readonly crc32?: number;
}

export interface FileSet {
  /** Unique within the operator. */
  readonly name: string;
  readonly version: number;
  /** By role, across all states in the files. */
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  readonly keyGroupRange: KeyGroupRange;
  /** What the backend wants to know of the files before it opens them: its own format. */
  readonly properties: Uint8Array;
  readonly files: readonly SnapshotFile[];
}

/** The same after a restore. Checksums have been verified. */
export interface RestoredFileSet extends FileSet {
  /** Paths are local, and stay until the task is open: link or copy a file, never open it in place for writing. */
  readonly files: readonly SnapshotFile[];
}
