// Faults that simulation must find: each is an engine whose built modules differ in a line or two. They are what a
// careless change would do. Invariant: the text to be changed is there exactly once, or the fault is no fault any more.

export interface SourceChange {
  /** Below src, without its ending. */
  readonly module: string;
  readonly from: string;
  readonly to: string;
}

export interface PlantedFault {
  readonly name: string;
  readonly changes: readonly SourceChange[];
}

function fault(name: string, module: string, from: string, to: string): PlantedFault {
  return { name, changes: [{ module, from, to }] };
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  fault('a checkpoint is acknowledged before its file is durable', 'state/checkpoint-storage/subtask-state-writer', 'await this.#writer.commit();', 'void this.#writer.commit().catch(() => undefined);'),
  fault('a state file is renamed before it is synced', 'state/checkpoint-storage/directory-storage', 'await this.#handle.fsync();', ''),
  fault('a rename is not made durable', 'state/checkpoint-storage/directory-storage', 'await this.#files.syncDirectory(dirname(this.#path));', ''),
  {
    name: 'torn metadata is accepted',
    changes: [
      { module: 'state/checkpoint-storage/directory-storage', from: 'return new DirectoryWriter(this.#files, await this.#files.openWrite(temporary,', to: 'return new DirectoryWriter(this.#files, await this.#files.openWrite(path,' },
      { module: 'state/checkpoint-storage/directory-storage', from: 'await this.#files.rename(this.#temporary, this.#path);', to: '' },
      { module: 'jobmanager/job-master/checkpoint-store', from: 'const metadata = decodeCheckpointMetadata(await storage.readWhole(metadataPath), metadataPath);', to: 'const text = await storage.readWhole(metadataPath); let metadata; try { metadata = decodeCheckpointMetadata(text, metadataPath); } catch { metadata = { checkpointId: Number(/\\d+$/.exec(directory)?.[0] ?? 1), operators: [], enumerators: [], inlined: {}, sharedFiles: [] }; }' },
    ],
  },
  fault('rows are committed before their checkpoint is complete', 'streaming/sink/sink-driver', 'this.#prepared.set(checkpointId, prepared);', 'this.#prepared.set(checkpointId, prepared), this.#committer?.commit(prepared);'),
  fault('a committable is committed twice', 'streaming/sink/sink-driver', 'this.#prepared.delete(id);', ''),
  fault('restored committables are not committed', 'streaming/sink/sink-driver', 'if (committables.length > 0)', 'if (committables.length < 0)'),
  fault('what came last is committed without a checkpoint', 'streaming/sink/sink-driver', 'if (isCheckpointed)', 'if (isCheckpointed === undefined)'),
  fault('a checkpoint that was given up is committed', 'streaming/task/task-checkpoints', 'this.#dropTrigger(checkpointId);\n        this.#task.chain.checkpointAborted(checkpointId);', 'this.#dropTrigger(checkpointId);\n        this.#task.chain.checkpointComplete(checkpointId);'),
  fault('overdraft that a barrier overtakes is lost', 'streaming/task/in-flight-state', 'if (items.length === 0)', 'if (items.length >= 0)'),
  fault('rows under way are not restored', 'streaming/task/in-flight-restore', 'if (restored === undefined || isWithoutChannelState(description, restored.checkpointId))', 'if (restored !== undefined || isWithoutChannelState(description, -1))'),
  fault('rows under way that were processed are restored too', 'shuffle/input-gate/in-flight-recorder', 'this.skipRows = skipRows;', 'this.skipRows = 0;'),
  fault('rows behind an unaligned barrier count as under way', 'shuffle/input-gate/in-flight-recorder', 'barrier?.afterFrame ?? Number.POSITIVE_INFINITY', 'Number.POSITIVE_INFINITY'),
  fault('alignment ends with the first barrier', 'shuffle/input-gate/input-gate', 'channel.isEnded || arrived.has(channel.index)', 'channel.isEnded || arrived.size > 0'),
  fault('a channel is read on behind its barrier', 'shuffle/input-gate/input-gate', 'channel.isBlocked = this.#isExactlyOnce;', 'channel.isBlocked = false;'),
  fault('a barrier overtakes the rows of the open frame', 'shuffle/result-partition/channel-writer', 'control(kind, a, b, c) {\n        if (this.hasUnflushed)', 'control(kind, a, b, c) {\n        if (this.hasUnflushed && kind !== 4)'),
  {
    name: 'a barrier is sent before the snapshot is taken',
    changes: [
      { module: 'streaming/task/task-checkpoints', from: 'const snapshots = this.#cut(barrier);', to: 'const early = this.#isEndSent ? new Map() : this.#sendBarrier(barrier); this.#task.source?.step(Number.MAX_SAFE_INTEGER); const snapshots = this.#cut(barrier);' },
      { module: 'streaming/task/task-checkpoints', from: 'of this.#sendBarrier(barrier))', to: 'of early)' },
    ],
  },
  fault('a source tells positions that are ahead of its rows', 'streaming/task/task-checkpoints', 'if (source !== undefined && !source.finishBatch())', 'if (false)'),
  fault('timers are lost when a job is restored', 'state/timers/internal-timer-service', 'readTimers(restored.keyed(`${this.#name}/event`), format,', 'readTimers([], format,'),
  fault('the first key group is lost on a restore', 'state/snapshot/redistribute', 'keyGroup >= start', 'keyGroup > start'),
  fault('the restored watermark is too high', 'streaming/task/task-watermark', 'Math.min(...items', '1000 + Math.max(...items'),
  {
    name: 'a late acknowledgement of another checkpoint counts',
    changes: [
      { module: 'jobmanager/job-master/checkpoint-driver', from: 'onAcknowledge(execution, checkpointId, acknowledgement) {\n        if (!this.#coordinator.isPending(checkpointId))', to: 'onAcknowledge(execution, checkpointId, acknowledgement) {\n        if (this.#coordinator.pendingIds.length === 0)' },
      { module: 'jobmanager/checkpoint/checkpoint-coordinator', from: 'onAcknowledge(checkpointId, acknowledgement) {\n        const pending = this.#find(checkpointId);', to: 'onAcknowledge(checkpointId, acknowledgement) {\n        const pending = this.#pending[0];' },
    ],
  },
  fault('a checkpoint is complete without its last acknowledgement', 'jobmanager/checkpoint/checkpoint-coordinator', 'return pending.missing.size > 0 ? []', 'return pending.missing.size > 1 ? []'),
  fault('the newest checkpoint is removed while another is taken', 'jobmanager/checkpoint/checkpoint-coordinator', "return [{ kind: 'trigger', checkpointId, timestamp, participants }];", "return [...this.#completed.splice(0).map((id) => ({ kind: 'discard', checkpointId: id })), { kind: 'trigger', checkpointId, timestamp, participants }];"),
  fault('a checkpoint starts while splits are held back for another', 'jobmanager/job-master/checkpoint-driver', 'attempt.sources.every((source) => source.isSettled)', 'true'),
  fault('a restart goes on from the checkpoint before the newest', 'jobmanager/job-master/checkpoint-driver', '.toReversed();', '.toReversed().slice(-1);'),
  {
    name: 'rows of an attempt that is over are accepted',
    changes: [
      { module: 'taskmanager/task-executor/task-executor', from: 'formatRing(network, channel.offset, channel.dataBytes);', to: 'network.u8;' },
      { module: 'shuffle/input-gate/input-channel', from: 'if (memory.i32[header + FrameHeader.ATTEMPT] < this.#attempt) {', to: 'if (false) {' },
    ],
  },
  {
    name: 'splits that a reader has kept are handed out again',
    changes: [
      { module: 'jobmanager/job-master/source-coordinator', from: 'assignment.subtaskIndex === subtaskIndex && assignment.checkpointId >= checkpointId;', to: 'assignment.subtaskIndex === subtaskIndex;' },
      { module: 'jobmanager/job-master/source-coordinator', from: '(assignment) => assignment.checkpointId >= checkpointId);', to: '() => true);' },
    ],
  },
  fault('splits that a reader has lost are not handed out again', 'jobmanager/job-master/source-coordinator', 'if (lost.length > 0)', 'if (lost.length < 0)'),
  fault('tasks start again before those of the old attempt have ended', 'jobmanager/job-master/task-restart', 'const lost = [...(await deployment.cancel(this.#subtaskIds))];', 'const lost = [];'),
  fault('a finished job is run again when its process dies', 'jobmanager/job-master/job-master', "if (status === 'FINISHED')\n            this.#tellRecoveryPoint();", ''),
  fault('a finished part of a file sink is not synced', 'connectors/files/part-file-writer', 'part.handle.fsyncSync();\n        part.handle.closeSync();', 'part.handle.closeSync();'),
  fault('a snapshot sees what was written after its cut', 'state/tables/row-by-row-cut', 'if (row < this.#cursor)', 'if (row >= 0)'),
  fault('rows go on behind a stop with savepoint', 'streaming/task/task-checkpoints', 'if (hasFlag(flags, BarrierFlag.STOP) && checkpointId > this.#abortedId)', 'if (false)'),
  // What simulation has found in this engine, before it was mended.
  fault('tasks at their end are waited for that a smaller job has not', 'jobmanager/job-master/checkpoint-driver', "this.#awaiting = new Set(attempt.graph.executions.flatMap(({ state, deployment: { subtaskId } }) => (state === 'RUNNING' && this.#awaiting.has(subtaskId) ? [subtaskId] : [])));", "this.#awaiting = new Set([...this.#awaiting].filter((subtaskId) => attempt.graph.execution(subtaskId).state === 'RUNNING'));"),
  fault('a job that died before its first checkpoint counts from 1, not from its savepoint', 'jobmanager/job-master/job-start', 'firstCheckpointId: Math.max(found?.nextCheckpointId ?? 1, (restore?.metadata.checkpointId ?? 0) + 1),', 'firstCheckpointId: found?.nextCheckpointId ?? (restore?.metadata.checkpointId ?? 0) + 1,'),
  fault('a second death forgets the savepoint that the job was stopped with', 'jobmanager/job-master/checkpoint-driver', 'this.#stoppedWith = options.stoppedWith;', ''),
  fault('windows fire as far as the furthest key group had', 'streaming/window/aligned-window-restore', 'Math.min(...firedTimes.values())', 'Math.max(...firedTimes.values())'),
];
