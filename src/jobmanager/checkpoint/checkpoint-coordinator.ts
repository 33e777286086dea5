// Chandy–Lamport's coordinator as pure decisions: facts in (time, acknowledgements, ended tasks), decisions out. One
// checkpoint at a time. Invariants: a checkpoint completes only when every participant has acknowledged it and its
// metadata is on disk; ids never repeat and grow; a completed one is subsumed only by `retainedMax` newer ones.
// Thread: main; the JobMaster calls it and carries the decisions out.
import { assert } from '#core/assert';
import type { SubtaskId } from '#cluster/ids/ids';
import type { SharedFileHandle } from '#cluster/messages/slot-messages';
import { CHECKPOINT_STATUS, type CheckpointStatus } from '#cluster/status/checkpoint-status';
import { transition } from '#cluster/status/transition-table';
import type { CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';

export interface CheckpointParticipants {
  /** Tasks that get the trigger: they emit the barriers. */
  readonly triggered: readonly SubtaskId[];
  /** Tasks that must acknowledge. */
  readonly acknowledging: readonly SubtaskId[];
}

export interface SubtaskAcknowledgement {
  readonly subtaskId: SubtaskId;
  /** Relative to the checkpoint's directory. */
  readonly file: string;
  /** Stored for this checkpoint, and all that it needs. */
  readonly bytes: number;
  readonly fullBytes: number;
  /** The bytes of `file`, when they are few: then there is no file. */
  readonly inline: Uint8Array | undefined;
  readonly sharedFiles: readonly (SharedFileHandle & { readonly isNew: boolean })[];
  readonly timings: AcknowledgedTimings;
  /** Operators with state in the file. */
  readonly operatorIds: readonly string[];
}

export interface AcknowledgedTimings {
  readonly alignmentMs: number;
  readonly syncMs: number;
  readonly asyncMs: number;
  readonly bytesProcessedDuringAlignment: number;
}

export type AbortReason = 'expired' | 'declined' | 'task-ended' | 'metadata-failed' | 'stopped';

export type CheckpointDecision =
  | { readonly kind: 'trigger'; readonly checkpointId: number; readonly timestamp: number; readonly participants: CheckpointParticipants }
  | { readonly kind: 'write-metadata'; readonly checkpointId: number; readonly timestamp: number; readonly acknowledgements: readonly SubtaskAcknowledgement[] }
  | { readonly kind: 'notify-complete'; readonly checkpointId: number }
  | { readonly kind: 'abort'; readonly checkpointId: number; readonly reason: AbortReason }
  | { readonly kind: 'discard'; readonly checkpointId: number }
  | { readonly kind: 'fail-job'; readonly failures: number };

interface PendingCheckpoint {
  readonly checkpointId: number;
  readonly timestamp: number;
  readonly missing: Set<SubtaskId>;
  readonly acknowledgements: SubtaskAcknowledgement[];
  /** It belongs to the user: it is neither counted among the completed nor held against the job when it fails. */
  readonly isSavepoint: boolean;
  status: CheckpointStatus;
}

export class CheckpointCoordinator {
  readonly #settings: CheckpointSettings;
  #nextId: number;
  #nextTriggerMs: number;
  #pending: PendingCheckpoint | undefined;
  /** Oldest first. */
  readonly #completed: number[] = [];
  #failuresInARow = 0;
  triggeredCount = 0;
  completedCount = 0;
  failedCount = 0;
  latestDurationMs = 0;
  latestBytes = 0;

  /** @param firstId one above the checkpoint restored from, else 1. */
  constructor(settings: CheckpointSettings, firstId: number, nowMs: number) {
    assert(firstId >= 1, 'checkpoint ids count from 1');
    this.#settings = settings;
    this.#nextId = firstId;
    this.#nextTriggerMs = settings.intervalMs === undefined ? Infinity : nowMs + settings.intervalMs;
  }

  /** Checkpoints that the job completed in a process that has died, oldest first: they are subsumed as its own. */
  adopt(completedIds: readonly number[]): void {
    assert(this.#completed.length === 0 && completedIds.every((id) => id < this.#nextId), 'older checkpoints are adopted before there are newer ones');
    this.#completed.push(...completedIds);
  }

  /** When `onTime` wants to be called next; Infinity when nothing is due. */
  get nextTimeMs(): number {
    return this.#pending === undefined ? this.#nextTriggerMs : this.#pending.timestamp + this.#settings.timeoutMs;
  }

  get pendingId(): number | undefined {
    return this.#pending?.checkpointId;
  }

  /** All have acknowledged and the metadata is being written: it may be on disk already. */
  get isWritingMetadata(): boolean {
    return this.#pending?.missing.size === 0;
  }

  get latestCompletedId(): number | undefined {
    return this.#completed.at(-1);
  }

  get completedIds(): readonly number[] {
    return this.#completed;
  }

  /** @param participants undefined when no checkpoint can be taken now: it is tried again after a tenth of the interval. */
  onTime(nowMs: number, participants: CheckpointParticipants | undefined): readonly CheckpointDecision[] {
    if (this.#pending !== undefined) return nowMs >= this.#pending.timestamp + this.#settings.timeoutMs ? this.#abort('expired', nowMs) : [];
    if (nowMs < this.#nextTriggerMs) return [];
    if (participants !== undefined) return this.trigger(nowMs, participants);
    this.#nextTriggerMs = nowMs + Math.max(10, (this.#settings.intervalMs ?? 1000) / 10);
    return [];
  }

  /** Starts a checkpoint now; none may be pending. */
  trigger(nowMs: number, participants: CheckpointParticipants, { isSavepoint = false }: { readonly isSavepoint?: boolean } = {}): readonly CheckpointDecision[] {
    assert(this.#pending === undefined, 'one checkpoint at a time');
    assert(participants.acknowledging.length > 0, 'a checkpoint has participants');
    const checkpointId = this.#nextId++;
    this.triggeredCount++;
    this.#pending = { checkpointId, timestamp: Math.trunc(nowMs), missing: new Set(participants.acknowledging), acknowledgements: [], isSavepoint, status: 'IN_PROGRESS' };
    if (!isSavepoint && this.#settings.intervalMs !== undefined) this.#nextTriggerMs = nowMs + this.#settings.intervalMs;
    return [{ kind: 'trigger', checkpointId, timestamp: this.#pending.timestamp, participants }];
  }

  /** The next checkpoint need not wait for its time, only for the pending one. */
  hurry(nowMs: number): void {
    this.#nextTriggerMs = Math.min(this.#nextTriggerMs, nowMs);
  }

  /** A late acknowledgement of a checkpoint given up changes nothing. */
  onAcknowledge(checkpointId: number, acknowledgement: SubtaskAcknowledgement): readonly CheckpointDecision[] {
    const pending = this.#pending;
    if (pending?.checkpointId !== checkpointId || !pending.missing.delete(acknowledgement.subtaskId)) return [];
    pending.acknowledgements.push(acknowledgement);
    if (pending.missing.size > 0) return [];
    return [{ kind: 'write-metadata', checkpointId, timestamp: pending.timestamp, acknowledgements: pending.acknowledgements }];
  }

  onDecline(checkpointId: number, nowMs: number): readonly CheckpointDecision[] {
    return this.#pending?.checkpointId === checkpointId ? this.#abort('declined', nowMs) : [];
  }

  /**
   * A task that has finished without a barrier had all its input before the checkpoint began, and so had those before
   * it: the checkpoint goes without it. One that ended otherwise takes its checkpoint with it; nobody is to blame.
   */
  onTaskEnded(subtaskId: SubtaskId, hasFinished: boolean, nowMs: number): readonly CheckpointDecision[] {
    const pending = this.#pending;
    if (pending === undefined || !pending.missing.has(subtaskId)) return [];
    if (!hasFinished) return this.#abort('task-ended', nowMs);
    pending.missing.delete(subtaskId);
    if (pending.missing.size > 0) return [];
    if (pending.acknowledgements.length === 0) return this.#abort('task-ended', nowMs);
    const { checkpointId, timestamp, acknowledgements } = pending;
    return [{ kind: 'write-metadata', checkpointId, timestamp, acknowledgements }];
  }

  onMetadataWritten(checkpointId: number, nowMs: number): readonly CheckpointDecision[] {
    const pending = this.#pending;
    if (pending?.checkpointId !== checkpointId) return [];
    assert(pending.missing.size === 0, 'metadata is written after the last acknowledgement');
    pending.status = transition(CHECKPOINT_STATUS, pending.status, 'COMPLETED');
    this.#endPending(nowMs);
    this.completedCount++;
    if (pending.isSavepoint) return [{ kind: 'notify-complete', checkpointId }];
    this.#failuresInARow = 0;
    this.latestDurationMs = nowMs - pending.timestamp;
    this.latestBytes = pending.acknowledgements.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#completed.push(checkpointId);
    const subsumed = this.#completed.splice(0, Math.max(0, this.#completed.length - this.#settings.retainedMax));
    return [{ kind: 'notify-complete', checkpointId }, ...subsumed.map((id) => ({ kind: 'discard', checkpointId: id }) as const)];
  }

  onMetadataFailed(checkpointId: number, nowMs: number): readonly CheckpointDecision[] {
    return this.#pending?.checkpointId === checkpointId ? this.#abort('metadata-failed', nowMs) : [];
  }

  /** The attempt ends: gives the pending checkpoint up and starts no other. */
  stop(nowMs: number): readonly CheckpointDecision[] {
    const decisions = this.#pending === undefined ? [] : this.#abort('stopped', nowMs);
    this.#nextTriggerMs = Infinity;
    return decisions;
  }

  /** A new attempt runs: periodic checkpoints go on. */
  restart(nowMs: number): void {
    assert(this.#pending === undefined, 'a restart follows a stop');
    this.#failuresInARow = 0;
    this.#nextTriggerMs = this.#settings.intervalMs === undefined ? Infinity : nowMs + this.#settings.intervalMs;
  }

  #abort(reason: AbortReason, nowMs: number): readonly CheckpointDecision[] {
    const pending = this.#pending;
    assert(pending !== undefined, 'a pending checkpoint is aborted');
    pending.status = transition(CHECKPOINT_STATUS, pending.status, 'FAILED');
    this.#endPending(nowMs);
    const { checkpointId } = pending;
    const decisions: CheckpointDecision[] = [{ kind: 'abort', checkpointId, reason }, { kind: 'discard', checkpointId }];
    if (reason === 'task-ended' || reason === 'stopped') return decisions;
    this.failedCount++;
    if (pending.isSavepoint) return decisions;
    this.#failuresInARow++;
    if (this.#failuresInARow > this.#settings.tolerableFailures) decisions.push({ kind: 'fail-job', failures: this.#failuresInARow });
    return decisions;
  }

  #endPending(nowMs: number): void {
    this.#pending = undefined;
    this.#nextTriggerMs = Math.max(this.#nextTriggerMs, nowMs + this.#settings.minPauseMs);
  }
}
