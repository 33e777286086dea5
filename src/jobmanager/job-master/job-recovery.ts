// Where a job goes on whose process has died: the newest whole checkpoint of its folder, found on disk, since the last
// word of a dying process may be older than its last checkpoint. Thread: main; once, before the job is deployed.
import type { RecoveryPoint } from '#cluster/messages/job-messages';
import { CHECKPOINT_METADATA_FILE } from '#jobmanager/checkpoint/checkpoint-metadata';
import { loadCheckpoint, type LoadedCheckpoint } from '#jobmanager/job-master/checkpoint-store';
import type { CompletedSnapshot } from '#jobmanager/job-master/snapshot-requests';
import type { Log } from '#platform/log/log';
import type { CheckpointStorage } from '#state/checkpoint-storage/checkpoint-storage';

export interface RecoveryStart {
  /** Undefined when no checkpoint was complete. */
  readonly restore: LoadedCheckpoint | undefined;
  /** Whole checkpoints of the job, oldest first: they are its own to remove. */
  readonly completed: readonly LoadedCheckpoint[];
  /** The savepoint that the job was to stop with: until a checkpoint is newer, another death goes back to it too. */
  readonly stoppedWith: CompletedSnapshot | undefined;
  /** Above all that were begun. */
  readonly nextCheckpointId: number;
}

/** Removes what checkpoints that never were complete have left. Rejects with what a savepoint that cannot be read gives. */
export async function findRecoveryStart(storage: CheckpointStorage, log: Log, { checkpointDirectory, savepointPath }: RecoveryPoint): Promise<RecoveryStart> {
  const savepoint = savepointPath === undefined ? undefined : await loadCheckpoint(storage, savepointPath);
  const begun = checkpointDirectory === undefined ? [] : (await storage.list(checkpointDirectory)).flatMap(({ name, isDirectory }) => {
    const id = /^chk-(\d+)$/.exec(name)?.[1];
    return id === undefined || !isDirectory ? [] : [{ id: Number(id), path: `${checkpointDirectory}/${name}` }];
  }).sort((a, b) => a.id - b.id);
  const whole: LoadedCheckpoint[] = [];
  for (const { id, path } of begun) {
    if ((await storage.stat(`${path}/${CHECKPOINT_METADATA_FILE}`)) === undefined) {
      await storage.delete(path);
      continue;
    }
    try {
      whole.push(await loadCheckpoint(storage, path));
    } catch (error) {
      log.warn('a damaged checkpoint is passed over', { checkpointId: id, error });
    }
  }
  const newest = whole.at(-1);
  const restore = savepoint !== undefined && savepoint.metadata.checkpointId > (newest?.metadata.checkpointId ?? 0) ? savepoint : newest;
  return {
    restore,
    completed: whole,
    stoppedWith: savepoint === undefined ? undefined : { checkpointId: savepoint.metadata.checkpointId, path: savepoint.descriptor.directory },
    nextCheckpointId: Math.max(begun.at(-1)?.id ?? 0, restore?.metadata.checkpointId ?? 0) + 1,
  };
}
