// Chandy–Lamport's coordinator as pure decisions: facts in (time, acknowledgements, ended tasks), decisions out. At most
// `concurrentMax` checkpoints are pending, a savepoint alone. Invariants: a checkpoint completes only when every participant
// has acknowledged it and its metadata is on disk; ids never repeat and grow; when one completes, older pending ones are
// given up; a completed one is subsumed only by `retainedMax` newer ones.
// Thread: main; the JobMaster calls it and carries the decisions out.
import { assert } from '#core/assert';
import type { SubtaskId } from '#cluster/ids/ids';
import type { SharedFileHandle } from '#cluster/messages/slot-messages';
import { CHECKPOINT_STATUS, type CheckpointStatus } from '#cluster/status/checkpoint-status';
import { transition } from '#cluster/status/transition-table';
import type { CheckpointSettings } from '#jobmanager/checkpoint/checkpoint-settings';
import type { MergedPart } from '#state/checkpoint-storage/merged-files';

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
  /** Where it lies, when it is part of a merged file. */
  readonly merged?: MergedPart;
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

export type AbortReason = 'expired' | 'declined' | 'task-ended' | 'metadata-failed' | 'stopped' | 'subsumed';

export type CheckpointDecision =
  | { readonly kind: 'trigger'; readonly checkpointId: number; readonly timestamp: number; readonly participants: CheckpointParticipants }
  | { readonly kind: 'write-metadata'; readonly checkpointId: number; readonly timestamp: number; readonly acknowledgements: readonly SubtaskAcknowledgement[] }
  | { readonly kind: 'notify-complete'; readonly checkpointId: number }
  | { readonly kind: 'abort'; readonly checkpointId: number; readonly reason: AbortReason }
  | { readonly kind: 'discard'; readonly checkpointId: number }
  | { readonly kind: 'fail-job'; readonly failures: number };

/** Why a checkpoint may be given up without a failure of anybody. */
const BLAMELESS: readonly AbortReason[] = ['task-ended', 'stopped', 'subsumed'];

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
  /** Oldest first. */
  readonly #pending: PendingCheckpoint[] = [];
  /** Oldest first. */
  readonly #completed: number[] = [];
  #failuresInARow = 0;
  #isBacklog = false;
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
    const expiryMs = this.#pending.reduce((earliest, { timestamp }) => Math.min(earliest, timestamp + this.#settings.timeoutMs), Infinity);
    return this.hasRoom ? Math.min(this.#nextTriggerMs, expiryMs) : expiryMs;
  }

  get pendingIds(): readonly number[] {
    return this.#pending.map(({ checkpointId }) => checkpointId);
  }

  isPending(checkpointId: number): boolean {
    return this.#find(checkpointId) !== undefined;
  }

  /** Another checkpoint may start. */
  get hasRoom(): boolean {
    return this.#pending.length < this.#settings.concurrentMax && !this.#pending.some(({ isSavepoint }) => isSavepoint);
  }

  /** All have acknowledged one, and its metadata is being written: it may be on disk already. */
  get isWritingMetadata(): boolean {
    return this.#pending.some(({ missing }) => missing.size === 0);
  }

  get latestCompletedId(): number | undefined {
    return this.#completed.at(-1);
  }

  get completedIds(): readonly number[] {
    return this.#completed;
  }

  /** @param participants undefined when no checkpoint can be taken now: it is tried again after a tenth of the interval. */
  onTime(nowMs: number, participants: CheckpointParticipants | undefined): readonly CheckpointDecision[] {
    const expired = this.#pending.filter(({ timestamp }) => nowMs >= timestamp + this.#settings.timeoutMs);
    if (expired.length > 0) return expired.flatMap((pending) => this.#abort(pending, 'expired', nowMs));
    if (nowMs < this.#nextTriggerMs || !this.hasRoom) return [];
    if (participants !== undefined) return this.trigger(nowMs, participants);
    this.#nextTriggerMs = nowMs + Math.max(10, (this.#settings.intervalMs ?? 1000) / 10);
    return [];
  }

  /** Starts a checkpoint now, for which there is room; a savepoint when none is pending. */
  trigger(nowMs: number, participants: CheckpointParticipants, { isSavepoint = false }: { readonly isSavepoint?: boolean } = {}): readonly CheckpointDecision[] {
    assert(isSavepoint ? this.#pending.length === 0 : this.hasRoom, 'a checkpoint starts when there is room for it');
    assert(participants.acknowledging.length > 0, 'a checkpoint has participants');
    const checkpointId = this.#nextId++;
    const timestamp = Math.trunc(nowMs);
    this.triggeredCount++;
    this.#pending.push({ checkpointId, timestamp, missing: new Set(participants.acknowledging), acknowledgements: [], isSavepoint, status: 'IN_PROGRESS' });
    if (!isSavepoint && this.#settings.intervalMs !== undefined) this.#nextTriggerMs = nowMs + this.#intervalMs;
    return [{ kind: 'trigger', checkpointId, timestamp, participants }];
  }

  /** The next checkpoint need not wait for its time, only for room. */
  hurry(nowMs: number): void {
    this.#nextTriggerMs = Math.min(this.#nextTriggerMs, nowMs);
  }

  /** A late acknowledgement of a checkpoint given up changes nothing. */
  onAcknowledge(checkpointId: number, acknowledgement: SubtaskAcknowledgement): readonly CheckpointDecision[] {
    const pending = this.#find(checkpointId);
    if (pending === undefined || !pending.missing.delete(acknowledgement.subtaskId)) return [];
    pending.acknowledgements.push(acknowledgement);
    return pending.missing.size > 0 ? [] : [writeMetadata(pending)];
  }

  onDecline(checkpointId: number, nowMs: number): readonly CheckpointDecision[] {
    const pending = this.#find(checkpointId);
    return pending === undefined ? [] : this.#abort(pending, 'declined', nowMs);
  }

  /**
   * A task that has finished without a barrier had all its input before the checkpoint began, and so had those before
   * it: the checkpoint goes without it. One that ended otherwise takes its checkpoints with it; nobody is to blame.
   */
  onTaskEnded(subtaskId: SubtaskId, hasFinished: boolean, nowMs: number): readonly CheckpointDecision[] {
    const waiting = this.#pending.filter(({ missing }) => missing.has(subtaskId));
    return waiting.flatMap((pending) => {
      if (!hasFinished) return this.#abort(pending, 'task-ended', nowMs);
      pending.missing.delete(subtaskId);
      if (pending.missing.size > 0) return [];
      return pending.acknowledgements.length === 0 ? this.#abort(pending, 'task-ended', nowMs) : [writeMetadata(pending)];
    });
  }

  onMetadataWritten(checkpointId: number, nowMs: number): readonly CheckpointDecision[] {
    const pending = this.#find(checkpointId);
    if (pending === undefined) return [];
    assert(pending.missing.size === 0, 'metadata is written after the last acknowledgement');
    pending.status = transition(CHECKPOINT_STATUS, pending.status, 'COMPLETED');
    this.#endPending(pending, nowMs);
    this.completedCount++;
    if (pending.isSavepoint) return [{ kind: 'notify-complete', checkpointId }];
    this.#failuresInARow = 0;
    this.latestDurationMs = nowMs - pending.timestamp;
    this.latestBytes = pending.acknowledgements.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#completed.push(checkpointId);
    const overtaken = this.#pending.filter((other) => other.checkpointId < checkpointId).flatMap((other) => this.#abort(other, 'subsumed', nowMs));
    const subsumed = this.#completed.splice(0, Math.max(0, this.#completed.length - this.#settings.retainedMax));
    return [{ kind: 'notify-complete', checkpointId }, ...overtaken, ...subsumed.map((id) => ({ kind: 'discard', checkpointId: id }) as const)];
  }

  onMetadataFailed(checkpointId: number, nowMs: number): readonly CheckpointDecision[] {
    const pending = this.#find(checkpointId);
    return pending === undefined ? [] : this.#abort(pending, 'metadata-failed', nowMs);
  }

  /** The attempt ends: gives pending checkpoints up and starts no other. */
  stop(nowMs: number): readonly CheckpointDecision[] {
    const decisions = [...this.#pending].flatMap((pending) => this.#abort(pending, 'stopped', nowMs));
    this.#nextTriggerMs = Infinity;
    return decisions;
  }

  /** A new attempt runs: periodic checkpoints go on. */
  restart(nowMs: number): void {
    assert(this.#pending.length === 0, 'a restart follows a stop');
    this.#failuresInARow = 0;
    this.#nextTriggerMs = nowMs + this.#intervalMs;
  }

  /** A source has begun to work off a backlog, or the last one has done so: the next checkpoint comes by the interval in effect now. */
  onBacklog(isBacklog: boolean, nowMs: number): void {
    if (isBacklog === this.#isBacklog) return;
    this.#isBacklog = isBacklog;
    const nextMs = nowMs + this.#intervalMs;
    // One that is due is only put off where there are none during a backlog.
    this.#nextTriggerMs = isBacklog && nextMs !== Infinity ? this.#nextTriggerMs : nextMs;
  }

  /** Infinity: no periodic checkpoints. */
  get #intervalMs(): number {
    const { intervalMs = Infinity, intervalDuringBacklogMs = intervalMs } = this.#settings;
    return this.#isBacklog ? intervalDuringBacklogMs : intervalMs;
  }

  #find(checkpointId: number): PendingCheckpoint | undefined {
    return this.#pending.find((pending) => pending.checkpointId === checkpointId);
  }

  #abort(pending: PendingCheckpoint, reason: AbortReason, nowMs: number): readonly CheckpointDecision[] {
    pending.status = transition(CHECKPOINT_STATUS, pending.status, 'FAILED');
    this.#endPending(pending, nowMs);
    const { checkpointId } = pending;
    const decisions: CheckpointDecision[] = [{ kind: 'abort', checkpointId, reason }, { kind: 'discard', checkpointId }];
    if (BLAMELESS.includes(reason)) return decisions;
    this.failedCount++;
    if (pending.isSavepoint) return decisions;
    this.#failuresInARow++;
    if (this.#failuresInARow > this.#settings.tolerableFailures) decisions.push({ kind: 'fail-job', failures: this.#failuresInARow });
    return decisions;
  }

  #endPending(pending: PendingCheckpoint, nowMs: number): void {
    this.#pending.splice(this.#pending.indexOf(pending), 1);
    this.#nextTriggerMs = Math.max(this.#nextTriggerMs, nowMs + this.#settings.minPauseMs);
  }
}

function writeMetadata({ checkpointId, timestamp, acknowledgements }: PendingCheckpoint): CheckpointDecision {
  return { kind: 'write-metadata', checkpointId, timestamp, acknowledgements };
}
