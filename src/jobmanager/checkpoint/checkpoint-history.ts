// What became of a job's newest checkpoints and savepoints, as Flink's REST shows them: when each began, how long it took at
// each subtask, how much was stored. Pure: it is told of facts. Invariant: the newest `entriesMax` are kept, those under way always.
import type { CheckpointStatistics, SubtaskCheckpointStatistics } from '#cluster/messages/job-messages';
import type { SubtaskAcknowledgement } from '#jobmanager/checkpoint/checkpoint-coordinator';

interface Entry {
  statistics: CheckpointStatistics;
}

export class CheckpointHistory {
  readonly #entriesMax: number;
  /** Oldest first. */
  #entries: Entry[] = [];

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  /** Newest first. */
  get statistics(): readonly CheckpointStatistics[] {
    return this.#entries.map(({ statistics }) => statistics).reverse();
  }

  onTriggered(checkpointId: number, triggerTimestamp: number, options: { readonly isSavepoint: boolean; readonly subtaskCount: number }): void {
    this.#entries.push({ statistics: {
      checkpointId, status: 'IN_PROGRESS', isSavepoint: options.isSavepoint, triggerTimestamp, latestAckTimestamp: undefined, endToEndDurationMs: 0,
      checkpointedBytes: 0, stateBytes: 0, subtaskCount: options.subtaskCount, externalPath: undefined, failure: undefined, subtasks: [],
    } });
    const over = this.#entries.length - this.#entriesMax;
    if (over > 0) this.#entries = this.#entries.filter(({ statistics }, index) => index >= over || statistics.status === 'IN_PROGRESS');
  }

  onAcknowledged(checkpointId: number, { subtaskId, bytes, fullBytes, timings }: SubtaskAcknowledgement, nowMs: number): void {
    this.#change(checkpointId, (before) => {
      const { alignmentMs, syncMs, asyncMs, bytesProcessedDuringAlignment } = timings;
      const endToEndDurationMs = Math.max(0, nowMs - before.triggerTimestamp);
      const subtask: SubtaskCheckpointStatistics = {
        subtaskId, ackTimestamp: Math.trunc(nowMs), endToEndDurationMs, checkpointedBytes: bytes, stateBytes: fullBytes, syncMs, asyncMs, alignmentMs, bytesProcessedDuringAlignment,
        startDelayMs: Math.max(0, endToEndDurationMs - alignmentMs - syncMs - asyncMs),
      };
      return {
        ...before, latestAckTimestamp: subtask.ackTimestamp, endToEndDurationMs, checkpointedBytes: before.checkpointedBytes + bytes, stateBytes: before.stateBytes + fullBytes,
        subtasks: [...before.subtasks, subtask],
      };
    });
  }

  onCompleted(checkpointId: number, externalPath: string, nowMs: number): void {
    this.#change(checkpointId, (before) => ({ ...before, status: 'COMPLETED', externalPath, endToEndDurationMs: Math.max(0, nowMs - before.triggerTimestamp) }));
  }

  onFailed(checkpointId: number, failure: string, nowMs: number): void {
    this.#change(checkpointId, (before) => ({ ...before, status: 'FAILED', failure, endToEndDurationMs: Math.max(0, nowMs - before.triggerTimestamp) }));
  }

  #change(checkpointId: number, change: (before: CheckpointStatistics) => CheckpointStatistics): void {
    const entry = this.#entries.find(({ statistics }) => statistics.checkpointId === checkpointId);
    if (entry?.statistics.status === 'IN_PROGRESS') entry.statistics = change(entry.statistics);
  }
}
