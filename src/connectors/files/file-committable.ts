// What writers of files hand to their committer with a checkpoint, and what they are told about folders and replacing them. Plain data.

/** A closed and synced part that waits to be made visible. */
export interface PartFile {
  readonly temporary: string;
  readonly final: string;
}

/** A folder that is complete once the parts before it are visible. */
export interface CompletePartition {
  readonly partition: string;
  /** Written then, empty; undefined where nothing marks it. */
  readonly successFile: string | undefined;
}

/** A folder whose visible files make room for the parts that come with it. */
export interface ReplacedFolder {
  readonly replaced: string;
}

export type FileCommittable = PartFile | CompletePartition | ReplacedFolder;

/** When the folder of a bucket is complete, and what says so. */
export interface PartitionCommit {
  /** @param createdMs when its first record came. Asked at checkpoints; at the end of input every folder is complete. */
  isComplete(bucket: string, times: { readonly watermark: number; readonly nowMs: number; readonly createdMs: number }): boolean;
  readonly successFile: string | undefined;
}

/** Of a bounded job that puts its files in place of those that are there. */
export interface Replacement {
  /** Buckets that are replaced even by nothing; all others as records of them come. */
  readonly buckets: readonly string[];
}
