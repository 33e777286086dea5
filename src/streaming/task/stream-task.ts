// One subtask: takes a batch from its source or gate, runs it through the chain, and keeps watermarks, timers, barriers
// and back pressure in order. Invariant: nothing new is fed while an output is blocked or an operator has rows pending.
// Thread: the slot's; the slot loop calls step() in turn with its other tasks.
import { millraceOptions } from '#core/config/options/millrace-options';
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { serializeError } from '#core/errors/engine-error';
import { MIN_WATERMARK } from '#core/time/watermarks';
import { ControlKind } from '#shuffle/channel/channel';
import { BufferDebloater, readDebloating } from '#shuffle/input-gate/buffer-debloater';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { ChainState } from '#streaming/task/chain-state';
import { type BatchLoop, OperatorChain } from '#streaming/task/operator-chain';
import { BarrierFlag, hasFlag } from '#streaming/task/barrier-flags';
import { readInFlight } from '#streaming/task/in-flight-restore';
import { createFileSpills } from '#streaming/task/file-spill';
import { SourceDriver } from '#streaming/task/source-driver';
import { answerStateQuery } from '#streaming/task/state-query';
import { type RunnableTask, StepResult, type TaskCounters, type TaskDescription, type TaskMail, type TaskStatus } from '#streaming/task/task-description';
import { StillbornTask } from '#streaming/task/stillborn-task';
import { TaskTimes } from '#streaming/task/task-times';
import { describeFailure } from '#streaming/task/task-failure';
import { TaskCheckpoints } from '#streaming/task/task-checkpoints';
import { readTaskWatermark } from '#streaming/task/task-watermark';
import { WatermarkValve } from '#streaming/watermark/watermark-valve';

/** Flushes and compactions take tens of milliseconds. */
const STALLED_STATE_POLL_MS = 1;

export class StreamTask implements RunnableTask {
  readonly description: TaskDescription;
  readonly #availability = new Availability();
  readonly #state: ChainState;
  readonly #writers: readonly RecordWriter[];
  readonly #chain: OperatorChain;
  readonly #gate: InputGate | undefined;
  readonly #source: SourceDriver | undefined;
  readonly #valve: WatermarkValve;
  readonly #times: TaskTimes;
  readonly #debloater: BufferDebloater | undefined;
  readonly #checkpoints: TaskCheckpoints;
  readonly #bufferTimeoutMs: number;
  #status: TaskStatus = 'INITIALIZING';
  #loop: BatchLoop | undefined;
  #cursor = 0;
  #hasBatch = false;
  #isFlushing = false;
  #lastFlushMs = Number.NEGATIVE_INFINITY;
  #wakeAtMs = 0;
  #isClosed = false;
  /** Sinks commit with a checkpoint, also what they wrote last. */
  readonly #isCheckpointed: boolean;
  #isCheckpointAwaited = false;

  private constructor(description: TaskDescription, state: ChainState) {
    this.description = description;
    this.#state = state;
    const { configuration, clock } = description;
    const recordBytesMax = Number(configuration.get(millraceOptions.recordSizeMax).bytes);
    this.#times = new TaskTimes(() => clock.monotonicMs());
    this.#isCheckpointed = (configuration.get(checkpointingOptions.interval)?.toMillis() ?? 0) > 0 && configuration.get(checkpointingOptions.isAfterTasksFinishEnabled);
    const createSpill = createFileSpills(description, (bytes) => this.#chain.count('spilledBytes', bytes));
    this.#writers = description.outputs.map((output) => new RecordWriter({
      producers: output.producers, partitioner: output.partitioner, subtaskIndex: description.subtaskIndex, consumerMaxParallelism: output.consumerMaxParallelism,
      type: output.type, reads: output.reads, availability: this.#availability, attempt: description.attemptNumber, recordBytesMax, random: description.random, createSpill,
    }));
    this.#bufferTimeoutMs = Math.min(...description.outputs.map((output) => (output.bufferTimeoutMs < 0 ? Number.POSITIVE_INFINITY : output.bufferTimeoutMs)), Number.POSITIVE_INFINITY);
    this.#chain = new OperatorChain(description, this.#writers, this.#availability, this.#state);
    const isSource = description.operators[0]!.node.kind === 'source';
    this.#source = isSource ? new SourceDriver(description, this.#chain, this.#availability) : undefined;
    this.#gate = isSource ? undefined : new InputGate({
      inputs: description.inputs, recordBytesMax, attempt: description.attemptNumber, monotonicMs: () => clock.monotonicMs(),
      isExactlyOnce: configuration.get(checkpointingOptions.mode) === 'EXACTLY_ONCE', restored: readInFlight(description, recordBytesMax),
    });
    const debloating = readDebloating(configuration);
    this.#debloater = this.#gate === undefined || debloating === undefined ? undefined : new BufferDebloater(this.#gate.channels, debloating, clock.monotonicMs());
    this.#valve = new WatermarkValve(this.#gate?.channels.length ?? 0);
    this.#checkpoints = new TaskCheckpoints({ description, chain: this.#chain, writers: this.#writers, source: this.#source, valve: this.#valve });
  }

  /** A failure while creating operators becomes a task that reports FAILED from open(). */
  static create(description: TaskDescription): RunnableTask {
    const state = new ChainState();
    try {
      return new StreamTask(description, state);
    } catch (error) {
      return new StillbornTask(description, describeFailure(error, description, state.operator, undefined));
    }
  }

  get status(): TaskStatus {
    return this.#status;
  }

  open(): void {
    this.#guard(() => {
      this.#chain.open();
      this.#source?.open();
      const restored = readTaskWatermark(this.description);
      if (restored > MIN_WATERMARK) {
        this.#valve.restore(restored);
        if (this.#gate !== undefined) this.#chain.processWatermark(restored);
      }
      this.#become('RUNNING');
    });
  }

  step(): StepResult {
    if (this.#isOver) return StepResult.DONE;
    const result = this.#guard(() => this.#step()) ?? StepResult.DONE;
    this.#times.record(result);
    if (this.#debloater?.isDue(this.#times.lastMs) === true) this.#debloater.update(this.#times.lastMs, this.#times.activeMs, this.#cursor);
    return result;
  }

  deliver(mail: TaskMail): void {
    if (this.#isOver) return;
    this.#guard(() => this.#receive(mail));
  }

  get wakeAtMs(): number {
    return this.#wakeAtMs;
  }

  counters(): TaskCounters {
    const channels = this.#writers.flatMap((writer) => writer.channels);
    return {
      recordsIn: this.#source?.recordsIn ?? this.#gate!.channels.reduce((sum, channel) => sum + channel.recordsIn, 0),
      recordsOut: channels.reduce((sum, channel) => sum + channel.recordsOut, 0),
      bytesIn: this.#gate?.channels.reduce((sum, channel) => sum + channel.bytesIn, 0) ?? 0,
      bytesOut: channels.reduce((sum, channel) => sum + channel.bytesOut, 0),
      watermark: this.#source === undefined ? this.#valve.watermark : this.#source.watermark,
      ...this.#times.read(),
      progress: this.#source?.progress ?? Number.NaN,
      byName: new Map([...this.#chain.metrics(), ...(this.#chain.hasSinks ? [['numRecordsSend', this.#state.sent] as const] : []), ...(this.#debloater?.metrics() ?? [])]),
    };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#checkpoints.close();
    this.description.reporter.cancelSnapshots();
    try {
      this.#source?.close();
    } finally {
      for (const writer of this.#writers) writer.close();
      this.#chain.close();
    }
  }

  get #isOver(): boolean {
    return this.#status === 'FINISHED' || this.#status === 'CANCELED' || this.#status === 'FAILED';
  }

  #step(): StepResult {
    const nowMs = this.description.clock.now();
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    if (this.#checkpoints.stoppedWith !== undefined) return this.#checkpoints.whileStopped();
    if (this.#overtake(nowMs)) return StepResult.PROGRESS;
    if (this.#availability.blocked > this.#chain.pending.size && !this.#unblock()) return this.#blocked(nowMs);
    if (this.#isFlushing) return this.#finish();
    if (!this.#chain.advance()) return this.#whilePending(nowMs);
    if (this.#availability.blocked !== 0) return StepResult.PROGRESS;
    if (this.#checkpoints.isDraining) return this.#drained();
    if (this.#chain.nextProcessingTime <= nowMs) {
      this.#chain.onProcessingTime(nowMs);
      return StepResult.PROGRESS;
    }
    if (this.#checkpoints.hasTriggers && this.#source !== undefined && this.#checkpoints.performTriggers({ isFlushing: false })) return StepResult.PROGRESS;
    const result = this.#source !== undefined ? this.#stepSource(nowMs) : this.#stepGate();
    this.#flushDue(nowMs, result);
    if (result === StepResult.IDLE) this.#wakeAtMs = Math.min(this.#wakeAtMs, this.#chain.nextProcessingTime, this.#source?.wakeAtMs ?? Number.POSITIVE_INFINITY);
    return result;
  }

  /** An unaligned barrier does not wait for room, nor for rows. */
  #overtake(nowMs: number): boolean {
    this.#checkpoints.advanceRecording();
    if (this.#isFlushing || this.#isEndSent) return false;
    if (this.#gate !== undefined) return this.#checkpoints.overtake(nowMs, this.#gate, this.#hasBatch ? this.#cursor : 0);
    return this.#checkpoints.hasTriggers && this.#availability.blocked !== 0 && this.#checkpoints.overtakeAtSource(nowMs, this.#source!);
  }

  /** Frees what can be freed: channel backlogs, sinks that were full, state that took no writes. True when rows may be emitted again. */
  #unblock(): boolean {
    let isFree = true;
    for (const writer of this.#writers) if (!writer.drain()) isFree = false;
    if (!this.#chain.pollReadiness()) isFree = false;
    return isFree;
  }

  #blocked(nowMs: number): StepResult {
    // Partly filled frames of the channels that do have room must not wait for the one that has none.
    this.#flushDue(nowMs, StepResult.BLOCKED);
    if (this.#chain.hasStalledState) this.#wakeAtMs = Math.min(this.#wakeAtMs, nowMs + STALLED_STATE_POLL_MS);
    return StepResult.BLOCKED;
  }

  /** An operator is emitting and has no room: a barrier may pass, since what is pending is in the operator's snapshot. */
  #whilePending(nowMs: number): StepResult {
    if (!this.#chain.isMidRecord && !this.#hasBatch && !this.#checkpoints.isDraining) {
      if (this.#gate?.pollBarrier() === true) this.#checkpoints.onBarrier(this.#gate.barrier!);
      else if (this.#checkpoints.hasTriggers && this.#source !== undefined) this.#checkpoints.performTriggers({ isFlushing: this.#isFlushing });
    }
    // Not blocked by a channel or sink: a user's iterator has had its turn.
    if (this.#availability.blocked <= this.#chain.pending.size) return StepResult.PROGRESS;
    return this.#blocked(nowMs);
  }

  #stepSource(nowMs: number): StepResult {
    const source = this.#source!;
    const result = source.step(nowMs);
    if (!source.isEnded) return result;
    source.emitMaxWatermark();
    return this.#beginFinish();
  }

  #stepGate(): StepResult {
    const gate = this.#gate!;
    if (this.#hasBatch) return this.#runBatch();
    switch (gate.poll()) {
      case GateEvent.NOTHING: return StepResult.IDLE;
      case GateEvent.BATCH: {
        const { channel } = gate;
        this.#loop = this.#chain.batchLoop(channel.batch.layout.schema, channel.input, undefined);
        this.#cursor = channel.takeFirstRow();
        this.#hasBatch = true;
        return this.#runBatch();
      }
      case GateEvent.WATERMARK: this.#advanceWatermark(this.#valve.onWatermark(gate.channel.index, gate.value)); break;
      case GateEvent.IDLE: this.#setIdle(gate.channel.index, true); break;
      case GateEvent.ACTIVE: this.#setIdle(gate.channel.index, false); break;
      case GateEvent.BARRIER: this.#checkpoints.onBarrier(gate.barrier!); break;
      case GateEvent.BARRIER_CANCELED: this.#checkpoints.onBarrierCanceled(gate.barrier!.checkpointId); break;
      case GateEvent.CHANNEL_ENDED: return this.#channelEnded();
      default: break;
    }
    return StepResult.PROGRESS;
  }

  #runBatch(): StepResult {
    const { channel } = this.#gate!;
    this.#cursor = this.#loop!(channel.batch, this.#cursor);
    if (this.#cursor >= channel.batch.count) {
      channel.release();
      this.#hasBatch = false;
    }
    return StepResult.PROGRESS;
  }

  #advanceWatermark(isAdvanced: boolean): void {
    if (isAdvanced) this.#chain.processWatermark(this.#valve.watermark);
  }

  #setIdle(channel: number, isIdle: boolean): void {
    const before = this.#valve.isAllIdle;
    this.#advanceWatermark(this.#valve.onIdleness(channel, isIdle));
    if (this.#valve.isAllIdle !== before) this.#chain.processIdleness(this.#valve.isAllIdle);
  }

  #channelEnded(): StepResult {
    const gate = this.#gate!;
    const { index, input } = gate.channel;
    let isLast = false;
    while (!isLast && gate.completeAlignmentAfterEnd()) {
      isLast = hasFlag(gate.barrier!.flags, BarrierFlag.STOP);
      if (!isLast) this.#checkpoints.snapshot(gate.barrier!);
    }
    if (!gate.isEnded) this.#advanceWatermark(this.#valve.onEnd(index));
    if (gate.isInputEnded(input)) this.#chain.endInput(input);
    // Behind a stop nothing runs: what the channel's end sets off goes before it.
    if (isLast) this.#checkpoints.onBarrier(gate.barrier!);
    return gate.isEnded ? this.#beginFinish() : StepResult.PROGRESS;
  }

  /** No input is left: what is pending is emitted, then sinks flush and the end goes to every channel. */
  #beginFinish(): StepResult {
    this.#isFlushing = true;
    return StepResult.PROGRESS;
  }

  #finish(): StepResult {
    if (!this.#chain.advance() || this.#availability.blocked !== 0) return StepResult.PROGRESS;
    if (this.#checkpoints.isDraining) return this.#drained();
    if (this.#checkpoints.hasTriggers) this.#checkpoints.performTriggers({ isFlushing: true });
    if (this.#checkpoints.stoppedWith !== undefined) return StepResult.PROGRESS;
    if (!this.#isEndSent) {
      this.#isEndSent = true;
      this.#checkpoints.onEndSent();
      this.#chain.finish(this.#isCheckpointed);
      for (const writer of this.#writers) writer.broadcast(ControlKind.END_OF_INPUT, 0);
      return StepResult.PROGRESS;
    }
    if (!this.#writers.every((writer) => writer.isDrained)) return StepResult.BLOCKED;
    if (this.#chain.hasUncommitted) return this.#awaitCheckpoint();
    if (this.description.reporter.isSnapshotting) return StepResult.IDLE;
    this.#become('FINISHED');
    return StepResult.DONE;
  }

  #isEndSent = false;

  /** What sinks wrote last is committed with a checkpoint that knows of it, as all that came before: else a failure of another task would have it written twice. */
  #awaitCheckpoint(): StepResult {
    if (!this.#isCheckpointAwaited) this.description.reporter.awaitCheckpoint();
    this.#isCheckpointAwaited = true;
    return StepResult.IDLE;
  }

  #receive(mail: TaskMail): void {
    switch (mail.kind) {
      case 'trigger-checkpoint': this.#checkpoints.onTrigger(mail); return;
      case 'checkpoint-complete':
        if (this.#checkpoints.onComplete(mail.checkpointId)) this.#become('FINISHED');
        return;
      case 'checkpoint-aborted': this.#checkpoints.onAborted(mail.checkpointId); return;
      case 'savepoint-directory': return; // the slot's
      case 'add-splits': this.#source?.addSplits(mail.splits); return;
      case 'no-more-splits': this.#source?.notifyNoMoreSplits(); return;
      case 'align-watermark': this.#source?.limitWatermark(mail.maxWatermark); return;
      case 'query-state': return this.description.reporter.answerQuery(mail.requestId, answerStateQuery(this.#chain.contextOf(mail.operatorId), mail));
      case 'cancel': this.#become('CANCELED'); return;
    }
  }

  #drained(): StepResult {
    this.#checkpoints.onDrained();
    return StepResult.PROGRESS;
  }

  /** Flush by time and when a consumer waits for data; a full frame went already. */
  #flushDue(nowMs: number, result: StepResult): void {
    if (this.#writers.length === 0) return;
    if (nowMs - this.#lastFlushMs >= this.#bufferTimeoutMs) {
      this.#lastFlushMs = nowMs;
      for (const writer of this.#writers) writer.flush();
    } else if (this.#bufferTimeoutMs !== Number.POSITIVE_INFINITY && result === StepResult.IDLE) {
      for (const writer of this.#writers) writer.flushIdle();
      if (this.#writers.some((writer) => writer.hasUnflushed)) this.#wakeAtMs = Math.min(this.#wakeAtMs, this.#lastFlushMs + this.#bufferTimeoutMs);
    }
  }

  #become(status: TaskStatus): void {
    // Who hears of the last task's end may end the process: files of state would be left behind.
    if (status === 'FINISHED') this.close();
    this.#status = status;
    this.description.reporter.statusChanged(status, undefined);
  }

  /** Runs part of the task; whatever it throws fails the task with the operator, subtask and record in the message. */
  #guard<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.#status = 'FAILED';
      const failure = describeFailure(error, this.description, this.#state.operator, this.#recordPosition());
      this.description.reporter.statusChanged('FAILED', serializeError(failure));
      return undefined;
    }
  }

  /** Of the record that is being run, from 1; undefined outside of records. */
  #recordPosition(): number | undefined {
    const records = this.#source?.recordsIn ?? this.#gate?.channels.reduce((sum, channel) => sum + channel.recordsIn, 0) ?? 0;
    const batchRows = this.#hasBatch ? this.#gate!.channel.batch.count : this.#source?.batchRows ?? 0;
    if (batchRows > 0) return records - batchRows + this.#state.row + 1;
    // A generator is pulled after its record's batch, if that was its last record.
    return this.#chain.isMidRecord ? records : undefined;
  }
}
