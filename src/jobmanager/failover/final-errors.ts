// Failures that no restart can cure: the next attempt would read the same damaged snapshot or build the same other graph.
// Flink knows them as errors that are not recoverable. Pure.

const FINAL_CODES: ReadonlySet<string> = new Set([
  'SNAPSHOT_CORRUPT', 'SNAPSHOT_READ_FAILED', 'SNAPSHOT_VERSION_UNSUPPORTED', 'STATE_MIGRATION_UNSUPPORTED', 'STATE_DESCRIPTOR_CONFLICT',
  'CHECKPOINT_NOT_FOUND', 'CHECKPOINT_FILE_MISSING', 'CHECKPOINT_METADATA_DAMAGED', 'CHECKPOINT_VERSION_UNSUPPORTED',
  'PROGRAM_NOT_DETERMINISTIC', 'PROGRAM_GRAPH_NOT_REACHED', 'FILE_COMMIT_FAILED',
]);

export function isFinalError(error: { readonly code: string }): boolean {
  return FINAL_CODES.has(error.code);
}
