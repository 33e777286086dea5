// The checkpoint side of one task: triggers that wait for a place between two rows, the cut and the barrier behind it,
// and what a stop or a drain holds back. Invariant: a barrier goes to every output at the cut, behind the rows that the
// snapshot covers. Owned by the stream task. Thread: the slot's.
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { ControlKind } from '#shuffle/channel/channel';
import type { InFlightRecorder } from '#shuffle/input-gate/in-flight-recorder';
import type { Barrier, InputGate } from '#shuffle/input-gate/input-gate';
import type { RecordWriter } from '#shuffle/result-partition/record-writer';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { BarrierFlag, hasFlag } from '#streaming/task/barrier-flags';
import { alignedChannels, canBeOvertaken, InFlightInputs, inFlightOperatorId, isUnalignedOn, overtakeOutputs } from '#streaming/task/in-flight-state';
import type { OperatorChain } from '#streaming/task/operator-chain';
import type { SourceDriver } from '#streaming/task/source-driver';
import { StepResult, type TaskDescription, type TaskMail } from '#streaming/task/task-description';
import { withTaskWatermark } from '#streaming/task/task-watermark';
import type { WatermarkValve } from '#streaming/watermark/watermark-valve';

export interface CheckpointedTask {
  readonly description: TaskDescription;
  readonly chain: OperatorChain;
  readonly writers: readonly RecordWriter[];
  readonly source: SourceDriver | undefined;
  readonly valve: WatermarkValve;
}

export class TaskCheckpoints {
  readonly #task: CheckpointedTask;
  readonly #isIncremental: boolean;
  /** Barriers may overtake rows; after so many ms of alignment. */
  readonly #isUnaligned: boolean;
  /** Channels where they may not. */
  readonly #aligned: readonly number[];
  readonly #maySendAhead: boolean;
  readonly #alignedTimeoutMs: number;
  #recorder: InFlightRecorder | undefined;
  /** Checkpoints to start here: of a source between batches, of any other task when no barrier can come any more. */
  #triggers: readonly Barrier[] = [];
  #lastCheckpointId = -1;
  /** A barrier may come after the news that its checkpoint was given up: it stops nobody then. */
  #abortedId = -1;
  #isEndSent = false;
  #stoppedWith: number | undefined;
  #draining: Barrier | undefined;

  constructor(task: CheckpointedTask) {
    this.#task = task;
    const { configuration } = task.description;
    this.#isIncremental = configuration.get(checkpointingOptions.isIncremental);
    this.#isUnaligned = canBeOvertaken(task.description);
    this.#aligned = alignedChannels(task.description);
    this.#maySendAhead = isUnalignedOn(task.description);
    this.#alignedTimeoutMs = configuration.get(checkpointingOptions.alignedCheckpointTimeout).toMillis();
  }

  /** A stop with this savepoint has been snapshotted here: nothing runs until it is complete or given up. */
  get stoppedWith(): number | undefined {
    return this.#stoppedWith;
  }

  /** The barrier of a stop that drains waits until all that MAX_WATERMARK sets off is emitted. */
  get isDraining(): boolean {
    return this.#draining !== undefined;
  }

  get hasTriggers(): boolean {
    return this.#triggers.length > 0;
  }

  onTrigger(mail: TaskMail & { readonly kind: 'trigger-checkpoint' }): void {
    const { checkpointId, timestamp, flags } = mail;
    if (checkpointId <= this.#lastCheckpointId) return;
    this.#triggers = [...this.#triggers, { checkpointId, timestamp, flags, alignmentStartMs: this.#task.description.clock.monotonicMs() }];
  }

  /** True when the task ends with it. */
  onComplete(checkpointId: number): boolean {
    this.#task.chain.checkpointComplete(checkpointId);
    this.#task.source?.checkpointComplete(checkpointId);
    return this.#stoppedWith === checkpointId;
  }

  onAborted(checkpointId: number): void {
    if (this.#recorder?.checkpointId === checkpointId) this.#recorder.cancel();
    this.#dropTrigger(checkpointId);
    this.#task.chain.checkpointAborted(checkpointId);
    this.#abortedId = checkpointId;
    if (this.#stoppedWith === checkpointId) this.#stoppedWith = undefined;
    if (this.#draining?.checkpointId === checkpointId) this.#draining = undefined;
  }

  /** The news came through the channels: it goes on through them. */
  onBarrierCanceled(checkpointId: number): void {
    this.#task.chain.checkpointAborted(checkpointId);
    this.#broadcast(ControlKind.CANCEL_BARRIER, checkpointId);
  }

  /** Copies what has come of the rows that a barrier has overtaken. */
  advanceRecording(): void {
    if (this.#recorder?.advance() === true) this.#recorder = undefined;
  }

  /**
   * Between rows, whether the task can go on or not: a barrier that may overtake is not waited for. True when one has.
   * @param skipRows rows of the open batch that have been processed.
   */
  overtake(nowMs: number, gate: InputGate, skipRows: number): boolean {
    if (!this.#isUnaligned || this.#task.chain.isMidRecord || this.#draining !== undefined) return false;
    const barrier = gate.overtakingBarrier((seen) => this.#isDue(seen, nowMs), this.#aligned);
    if (barrier === undefined || barrier.checkpointId <= this.#abortedId) return false;
    this.#recorder = gate.overtake(barrier, skipRows);
    this.snapshot(barrier, this.#recorder);
    return true;
  }

  /** As overtake, of a source that has no room: the rest of its batch goes where rows wait. */
  overtakeAtSource(nowMs: number, source: SourceDriver): boolean {
    if (!this.#isUnaligned || !this.#triggers.some((trigger) => this.#isDue(trigger, nowMs)) || this.#task.chain.isMidRecord) return false;
    if (!source.finishBatchWithoutRoom()) return false;
    for (const trigger of this.#triggers) if (this.#isDue(trigger, nowMs)) this.snapshot(trigger);
    return true;
  }

  close(): void {
    this.#recorder?.cancel();
  }

  /** Checkpoints triggered here: positions are exact only between batches. True when one was taken or began to drain. */
  performTriggers(options: { readonly isFlushing: boolean }): boolean {
    const { source, chain } = this.#task;
    if (source !== undefined && !source.finishBatch()) return false;
    if (chain.pending.size > 0 || chain.availability.blocked > 0) return false;
    for (const trigger of this.#triggers) {
      if (source !== undefined && hasFlag(trigger.flags, BarrierFlag.DRAIN) && !options.isFlushing) this.#drainSource(source, trigger);
      else this.snapshot(trigger);
    }
    return true;
  }

  /** Between batches, or between the rows of what is pending: that may be in the snapshot, unless the job is to be drained. */
  onBarrier(barrier: Barrier): void {
    if (hasFlag(barrier.flags, BarrierFlag.DRAIN)) this.#draining = barrier;
    else this.snapshot(barrier);
  }

  /** Nothing is pending any more. */
  onDrained(): void {
    const barrier = this.#draining;
    this.#draining = undefined;
    if (barrier !== undefined) this.snapshot(barrier);
  }

  /** Behind the end of its input a consumer waits for no barrier. */
  onEndSent(): void {
    this.#isEndSent = true;
  }

  /** What was emitted before the barrier, and the barrier itself, still have to reach the channels. */
  whileStopped(): StepResult {
    let isDrained = this.#task.chain.pollReadiness();
    for (const writer of this.#task.writers) if (!writer.drain()) isDrained = false;
    return isDrained ? StepResult.IDLE : StepResult.BLOCKED;
  }

  /** The cut. What is deferred of it is finished by the slot, which acknowledges. @param recorder of what the barrier has overtaken before the task. */
  snapshot(barrier: Barrier, recorder?: InFlightRecorder): void {
    const { clock, reporter } = this.#task.description;
    const startMs = clock.monotonicMs();
    const { checkpointId, flags } = barrier;
    this.#lastCheckpointId = checkpointId;
    this.#triggers = this.#triggers.filter((trigger) => trigger.checkpointId > checkpointId);
    const snapshots = this.#cut(barrier);
    if (recorder !== undefined) snapshots.set(inFlightOperatorId(this.#task.description.operators[0]!.operatorId), { keyed: [], operator: [], deferred: [new InFlightInputs(this.#task.description, recorder)] });
    if (!this.#isEndSent) for (const [operatorId, overtaken] of this.#sendBarrier(barrier)) snapshots.set(operatorId, overtaken);
    reporter.acknowledgeCheckpoint(checkpointId, snapshots, {
      alignmentMs: startMs - barrier.alignmentStartMs, syncMs: clock.monotonicMs() - startMs, bytesProcessedDuringAlignment: 0,
    }, flags);
    if (hasFlag(flags, BarrierFlag.STOP) && checkpointId > this.#abortedId) this.#stoppedWith = checkpointId;
  }

  /** Rows that wait before an output belong to the snapshot when the barrier passes them. */
  #sendBarrier(barrier: Barrier): ReadonlyMap<string, OperatorSnapshot> {
    const { description, writers } = this.#task;
    if (this.#maySendAhead && !hasFlag(barrier.flags, BarrierFlag.SAVEPOINT)) return overtakeOutputs(description, writers, barrier);
    this.#broadcast(ControlKind.BARRIER, barrier.checkpointId, barrier.timestamp, barrier.flags);
    return new Map();
  }

  #isDue({ timestamp, flags }: { readonly timestamp: number; readonly flags: number }, nowMs: number): boolean {
    return !hasFlag(flags, BarrierFlag.SAVEPOINT) && nowMs >= timestamp + this.#alignedTimeoutMs;
  }

  #cut({ checkpointId, timestamp, flags }: Barrier): Map<string, OperatorSnapshot> {
    const { chain, source, valve, description } = this.#task;
    const isSavepoint = hasFlag(flags, BarrierFlag.SAVEPOINT);
    const snapshots = chain.snapshot({ checkpointId, timestamp, isSavepoint, isIncremental: isSavepoint ? hasFlag(flags, BarrierFlag.NATIVE) : this.#isIncremental });
    const headId = description.operators[0]!.operatorId;
    if (source !== undefined) snapshots.set(headId, source.snapshot(checkpointId));
    else snapshots.set(headId, withTaskWatermark(snapshots.get(headId), valve.watermark));
    return snapshots;
  }

  #drainSource(source: SourceDriver, trigger: Barrier): void {
    this.#triggers = this.#triggers.filter((other) => other !== trigger);
    this.#draining = trigger;
    source.emitMaxWatermark();
  }

  /** Consumers that have had the barrier from other sources would wait for ours. */
  #dropTrigger(checkpointId: number): void {
    const left = this.#triggers.filter((trigger) => trigger.checkpointId !== checkpointId);
    if (left.length < this.#triggers.length && this.#task.source !== undefined && !this.#isEndSent) this.#broadcast(ControlKind.CANCEL_BARRIER, checkpointId);
    this.#triggers = left;
  }

  #broadcast(kind: number, a: number, b = 0, c = 0): void {
    for (const writer of this.#task.writers) writer.broadcast(kind, a, b, c);
  }
}
