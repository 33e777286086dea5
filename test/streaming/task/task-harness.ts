// One StreamTask between channels of one thread: test-driven producers in front, readers of frames behind. The reporter
// keeps what the slot would be told.
import { FieldTree } from '#core/codegen/field-tree';
import { createRowReader } from '#core/codegen/row-reader';
import { Configuration } from '#core/config/configuration';
import type { SerializedError } from '#core/errors/engine-error';
import { type TypeInformation, Types } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { SeededRandom } from '#platform/random/seeded-random';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { ControlKind } from '#shuffle/channel/channel';
import { createSameSlotChannel } from '#shuffle/channel/same-slot-channel';
import { GateEvent, InputGate } from '#shuffle/input-gate/input-gate';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { finishSnapshot, finishSnapshotSync } from '#state/snapshot/finish-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { redistribute } from '#state/snapshot/redistribute';
import { openStateBackend, type StateBackend } from '#state/state-backend';
import { MemoryManager } from '#state/tables/memory-manager';
import { InFlightInputs } from '#streaming/task/in-flight-state';
import { StreamTask } from '#streaming/task/stream-task';
import { type ChainedOperator, type RunnableTask, StepResult, type TaskInput, type TaskOutput, type TaskReporter, type TaskStatus } from '#streaming/task/task-description';

const RECORD_BYTES_MAX = 1 << 20;

/** What came out of an output channel, in order. */
export type Received =
  | { readonly row: unknown; readonly time: number | null }
  | { readonly watermark: number }
  | { readonly idle: boolean }
  | { readonly barrier: number }
  | { readonly canceled: number }
  | { readonly end: true };

export interface TaskHarnessOptions {
  readonly operators: readonly ChainedOperator[];
  /** Channels per input; none for a source. */
  readonly inputs?: readonly number[];
  readonly inputType?: TypeInformation;
  /** What unaligned checkpoints know of each input. */
  readonly inputEdges?: readonly NonNullable<TaskInput['edge']>[];
  readonly outputs?: readonly { readonly operatorIndex: number; readonly tag?: string; readonly type?: TypeInformation; readonly channels?: number; readonly partitioner?: Partitioner; readonly bufferTimeoutMs?: number; readonly edge?: NonNullable<TaskOutput['edge']> }[];
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly ringBytes?: number;
  readonly subtaskIndex?: number;
  readonly parallelism?: number;
  readonly clock?: SimulatedClock;
  /** Snapshots of the old subtasks, by operator id. */
  readonly restored?: readonly ReadonlyMap<string, OperatorSnapshot>[];
  /** Called with the configured backend; what it gives is used. */
  readonly stateBackend?: (configured: StateBackend) => StateBackend;
}

/** The test's end of one input channel. */
export class Feed {
  readonly #writer: RecordWriter;

  constructor(writer: RecordWriter) {
    this.#writer = writer;
  }

  rows(...values: unknown[]): void {
    for (const value of values) this.#writer.emit(value, Number.NaN);
    this.#writer.flush();
  }

  rowAt(value: unknown, time: number): void {
    this.#writer.emit(value, time);
    this.#writer.flush();
  }

  watermark(watermark: number): void { this.#writer.emitWatermark(watermark); }
  idle(isIdle: boolean): void { this.#writer.broadcast(isIdle ? ControlKind.IDLE : ControlKind.ACTIVE, 0); }
  barrier(checkpointId: number, flags = 0): void { this.#writer.broadcast(ControlKind.BARRIER, checkpointId, 7, flags); }
  cancelBarrier(checkpointId: number): void { this.#writer.broadcast(ControlKind.CANCEL_BARRIER, checkpointId); }
  end(): void { this.#writer.broadcast(ControlKind.END_OF_INPUT, 0); }
}

/** The test's end of one output: reads only when told to, so that the task is blocked meanwhile. */
class Drain {
  readonly received: Received[] = [];
  readonly #gate: InputGate;

  constructor(gate: InputGate) {
    this.#gate = gate;
  }

  /** Takes up to `frames` frames and all control entries between them; the count of rows taken. */
  take(frames = Number.POSITIVE_INFINITY): number {
    const gate = this.#gate;
    let rows = 0;
    for (let taken = 0; taken < frames;) {
      switch (gate.poll()) {
        case GateEvent.NOTHING: return rows;
        case GateEvent.BATCH: {
          const { batch } = gate.channel;
          const reader = createRowReader(batch.layout.schema);
          reader.bind(batch);
          for (let row = 0; row < batch.count; row++) {
            const time = reader.eventTime(row);
            this.keep({ row: reader.read(row), time: Number.isNaN(time) ? null : time });
          }
          rows += batch.count;
          taken++;
          gate.channel.release();
          break;
        }
        case GateEvent.WATERMARK: this.keep({ watermark: gate.value }); break;
        case GateEvent.IDLE: this.keep({ idle: true }); break;
        case GateEvent.ACTIVE: this.keep({ idle: false }); break;
        case GateEvent.BARRIER: this.keep({ barrier: gate.barrier!.checkpointId }); break;
        case GateEvent.BARRIER_CANCELED: this.keep({ canceled: gate.barrier!.checkpointId }); break;
        case GateEvent.CHANNEL_ENDED: this.keep({ end: true }); break;
        default: break;
      }
    }
    return rows;
  }

  /** Replaced by tests that see too many rows to keep. */
  keep = (received: Received): void => void this.received.push(received);
}

export class TaskHarness {
  readonly clock: SimulatedClock;
  readonly task: RunnableTask;
  readonly feeds: readonly Feed[];
  readonly drains: readonly Drain[];
  readonly statuses: TaskStatus[] = [];
  error: SerializedError | undefined;
  readonly acknowledged = new Map<number, ReadonlyMap<string, OperatorSnapshot>>();
  readonly printed: string[] = [];
  /** How many checkpoints were acknowledged when the task asked for one more to commit with. */
  readonly awaited: number[] = [];
  readonly registered: string[] = [];
  splitRequests = 0;
  readonly sent: unknown[] = [];
  /** Rows that the client still takes. */
  clientRoom = Number.POSITIVE_INFINITY;

  constructor(options: TaskHarnessOptions) {
    const { operators, inputs = [], outputs = [], configuration = {}, ringBytes = 1 << 16, subtaskIndex = 0, parallelism = 1, restored } = options;
    this.clock = options.clock ?? new SimulatedClock({ startMs: 0 });
    const bell = { ring: () => undefined };
    const feeds: Feed[] = [];
    const taskInputs = inputs.map((channels, input) => ({
      input,
      consumers: Array.from({ length: channels }, () => {
        const { producer, consumer } = createSameSlotChannel(1 << 20, bell);
        feeds.push(new Feed(new RecordWriter({
          producers: [producer], partitioner: { kind: 'forward' }, subtaskIndex: 0, consumerMaxParallelism: 128, type: options.inputType ?? Types.INT, reads: FieldTree.all(),
          availability: new Availability(), attempt: 0, recordBytesMax: RECORD_BYTES_MAX, random: () => 0,
        })));
        return consumer;
      }),
      ...(options.inputEdges === undefined ? {} : { edge: options.inputEdges[input]! }),
    }));
    const ends = outputs.map(({ channels = 1 }) => Array.from({ length: channels }, () => createSameSlotChannel(ringBytes, bell)));
    const random = new SeededRandom(1);
    const files = new SimulatedFiles({ clock: this.clock, random: new SeededRandom(2) });
    const memory = new MemoryManager(undefined, { budgetBytes: 64 << 20 });
    const settings = Configuration.fromMap(configuration);
    this.feeds = feeds;
    this.drains = ends.map((channels) => new Drain(new InputGate({
      inputs: [{ input: 0, consumers: channels.map(({ consumer }) => consumer) }], recordBytesMax: RECORD_BYTES_MAX, isExactlyOnce: true, monotonicMs: () => 0,
    })));
    this.task = StreamTask.create({
      jobId: 'job', vertexId: 'vertex', taskName: 'task', subtaskIndex, parallelism, maxParallelism: 8, attemptNumber: 0,
      configuration: settings, clock: this.clock, files, random: () => random.nextDouble(), memory,
      stateBackend: (options.stateBackend ?? ((configured) => configured))(openStateBackend({ configuration: settings, memory, clock: this.clock, files, temporaryDirectory: '/tmp', random: () => random.nextDouble() })), operators, inputs: taskInputs,
      outputs: outputs.map((output, index) => ({
        operatorIndex: output.operatorIndex, tag: output.tag, partitioner: output.partitioner ?? { kind: 'forward' }, producers: ends[index]!.map(({ producer }) => producer),
        consumerMaxParallelism: 8, type: output.type, reads: FieldTree.all(), bufferTimeoutMs: output.bufferTimeoutMs ?? 0,
        ...(output.edge === undefined ? {} : { edge: output.edge }),
      })),
      restored: restored === undefined ? undefined : (operatorId) => redistribute({
        old: restored.map((subtask) => subtask.get(operatorId)), newSubtask: subtaskIndex, parallelism, maxParallelism: 8, checkpointId: 1,
      }),
      reporter: this.#reporter(),
    });
  }

  open(): this {
    this.task.open();
    return this;
  }

  /** An unaligned snapshot that waits for barriers; rejects when it is given up. */
  finishing: Promise<void> | undefined;

  async #finish(checkpointId: number, snapshots: ReadonlyMap<string, OperatorSnapshot>): Promise<void> {
    const finished = new Map<string, OperatorSnapshot>();
    for (const [id, snapshot] of snapshots) finished.set(id, await finishSnapshot(snapshot));
    this.acknowledged.set(checkpointId, finished);
  }

  /** Steps until the task has nothing to do or cannot go on. */
  run(stepsMax = 100_000): StepResult {
    for (let steps = 0; steps < stepsMax; steps++) {
      const result = this.task.step();
      if (result !== StepResult.PROGRESS) return result;
    }
    throw new Error(`the task still makes progress after ${stepsMax} steps`);
  }

  /** As the slot would: steps and reads all outputs until the task rests. */
  settle(roundsMax = 100_000): StepResult {
    for (let rounds = 0; rounds < roundsMax; rounds++) {
      const result = this.run();
      let taken = 0;
      for (const drain of this.drains) taken += drain.take();
      if (result !== StepResult.BLOCKED) return result;
    }
    throw new Error(`the task is still blocked after ${roundsMax} rounds`);
  }

  rowsOf(output = 0): unknown[] {
    return this.drains[output]!.received.flatMap((received) => ('row' in received ? [received.row] : []));
  }

  received(output = 0): Received[] {
    return this.drains[output]!.received;
  }

  #reporter(): TaskReporter {
    return {
      statusChanged: (status, error) => {
        this.statuses.push(status);
        if (error !== undefined) this.error = error;
      },
      acknowledgeCheckpoint: (checkpointId, snapshots) => {
        const isWaiting = [...snapshots.values()].some(({ deferred = [] }) => deferred.some((part) => part instanceof InFlightInputs));
        if (!isWaiting) this.acknowledged.set(checkpointId, new Map([...snapshots].map(([id, snapshot]) => [id, finishSnapshotSync(snapshot)])));
        else this.finishing = this.#finish(checkpointId, snapshots);
      },
      declineCheckpoint: (checkpointId) => { throw new Error(`checkpoint ${checkpointId} was declined`); },
      isSnapshotting: false,
      cancelSnapshots: () => undefined,
      awaitCheckpoint: () => void this.awaited.push(this.acknowledged.size),
      answerQuery: () => undefined,
      registerReader: (operatorId) => void this.registered.push(operatorId),
      reportWatermark: () => undefined,
      requestSplit: () => { this.splitRequests++; },
      sendToClient: (_operatorId, rows) => {
        if (this.clientRoom < rows.length) return false;
        this.clientRoom -= rows.length;
        this.sent.push(...rows);
        return true;
      },
      print: (text) => void this.printed.push(text),
    };
  }
}
