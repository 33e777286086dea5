// Runs one subtask of a user's operator step by step, as Flink's operator test harnesses do: elements, watermarks and
// processing time go in when the test says so; rows, side outputs and watermarks are looked at. Errors of the user's
// function come out of the call that caused them. Invariant: nothing happens between two calls.
import type { Configuration } from '#core/config/configuration';
import { defaultMaxParallelism, MAX_PARALLELISM_LIMIT, operatorIndexOfKeyGroup } from '#core/keys/key-groups';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import type { KeySpecification } from '#streaming/operator/stream-operator';
import type { OutputTag } from '#streaming/process/output-tag';
import { HarnessError } from '#testing/errors';
import type { OperatorOfStream } from '#testing/harness/operator-of-stream';
import { OperatorSubtask } from '#testing/harness/operator-subtask';
import type { EmittedRow } from '#testing/harness/recorded-output';

export interface SubtaskOptions {
  /** Default 1. */
  readonly parallelism?: number;
  /** From 0; default 0. */
  readonly subtaskIndex?: number;
}

export interface HarnessOptions extends SubtaskOptions {
  /** Key groups; default as a job derives it (128 up to parallelism 85). The same before and after a restore. */
  readonly maxParallelism?: number;
  /** Processing time at the start in epoch ms; default 0. */
  readonly startMs?: number;
  /** Of the operator, in messages and `getTaskName()`; default as the DataStream API names it. */
  readonly name?: string;
  readonly configuration?: Configuration;
}

interface Place {
  readonly parallelism: number;
  readonly subtaskIndex: number;
  readonly maxParallelism: number;
}

export class OperatorHarness<O> {
  /** Time of timers and `currentProcessingTime()`; `setProcessingTime` moves it. */
  readonly clock: SimulatedClock;
  readonly #operator: OperatorOfStream;
  readonly #options: HarnessOptions;
  readonly #name: string;
  readonly #keys: readonly KeySpecification[] | undefined;
  readonly #inputWatermarks: number[];
  #place: Place;
  #subtask: OperatorSubtask | undefined;
  #watermark = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** @param inputCount 1 or 2. Throws HARNESS_SUBTASK_INVALID. */
  constructor(operator: OperatorOfStream, inputCount: number, options: HarnessOptions) {
    this.#operator = operator;
    this.#options = options;
    this.#name = options.name ?? operator.name;
    this.#keys = operator.factory.kind === 'stream' ? operator.factory.keys : undefined;
    this.#inputWatermarks = Array.from({ length: inputCount }, () => Number.NEGATIVE_INFINITY);
    this.#place = placeOf(options, options);
    this.clock = new SimulatedClock({ startMs: options.startMs ?? 0 });
  }

  /** Opens the function. Every other call does so when it is needed: for tests of `open` itself. */
  open(): this {
    this.#opened();
    return this;
  }

  /**
   * All inputs have this watermark: fires event-time timers and windows up to it. Infinity is the end of the input.
   * @param watermark event time in ms, not below the one before; an equal one changes nothing.
   */
  processWatermark(watermark: number): void {
    for (let input = 0; input < this.#inputWatermarks.length; input++) this.#checkForward('watermark', this.#inputWatermarks[input]!, watermark);
    this.#inputWatermarks.fill(watermark);
    this.#advanceWatermark();
  }

  /** Moves the clock to `timeMs`, fires the processing-time timers that are due and what else waits for time. */
  setProcessingTime(timeMs: number): void {
    const subtask = this.#opened();
    const now = this.clock.now();
    this.#checkForward('processing time', now, timeMs);
    this.clock.advance(timeMs - now);
    subtask.processingTime(timeMs);
  }

  /** Rows of the main output since the start, or since `restore` or `clearOutput`. */
  get output(): readonly EmittedRow<O>[] {
    return this.#seen().output.rows as EmittedRow<O>[];
  }

  /** The rows of `output` without their event times. */
  get values(): readonly O[] {
    return this.output.map((row) => row.value);
  }

  sideOutput<X>(tag: OutputTag<X>): readonly EmittedRow<X>[] {
    return (this.#seen().output.sides.get(tag.id) ?? []) as EmittedRow<X>[];
  }

  /** Watermarks that the operator handed on. */
  get watermarks(): readonly number[] {
    return this.#seen().output.watermarks;
  }

  /** Forgets rows, side outputs and watermarks that came out so far. */
  clearOutput(): void {
    this.#opened().output.clear();
  }

  /** Timers of user functions that wait, over all keys; 0 for operators without keys. */
  get numEventTimeTimers(): number {
    return this.#opened().context.timers?.eventTimeTimerCount ?? 0;
  }

  get numProcessingTimeTimers(): number {
    return this.#opened().context.timers?.processingTimeTimerCount ?? 0;
  }

  /** What was counted under a metric name, by the function or the operator (`numLateRecordsDropped`). */
  counter(name: string): number {
    return this.#seen().counters.get(name) ?? 0;
  }

  /** True when this subtask gets the elements of `key`; always true without keys. */
  ownsKey(key: unknown): boolean {
    return this.#ownerOf(key) === this.#place.subtaskIndex;
  }

  /** State and timers as a checkpoint has them. The bytes belong to the caller. */
  snapshot(): Uint8Array {
    const subtask = this.#opened();
    return encodeSubtaskSnapshot(new Map([[subtask.context.operatorId, subtask.snapshot()]])).bytes;
  }

  /**
   * Starts anew from a snapshot, or from those of all old subtasks by their index, at the same or another place. An
   * open function is closed, and a fresh one opened; output is empty, watermarks begin again, and the clock stays.
   * @throws StateError SNAPSHOT_CORRUPT; HARNESS_SUBTASK_INVALID.
   */
  restore(snapshots: Uint8Array | readonly Uint8Array[], place: SubtaskOptions = {}): void {
    this.#checkOpen();
    const all = snapshots instanceof Uint8Array ? [snapshots] : snapshots;
    const decoded = all.map((bytes, index): OperatorSnapshot => {
      const [operator] = decodeSubtaskSnapshot(bytes, `snapshot ${index}`).values();
      return operator ?? { keyed: [], operator: [] };
    });
    const next = placeOf({ parallelism: this.#place.parallelism, subtaskIndex: this.#place.subtaskIndex, ...place }, { maxParallelism: this.#place.maxParallelism });
    this.#subtask?.close();
    this.#subtask = undefined;
    this.#place = next;
    this.#watermark = Number.NEGATIVE_INFINITY;
    this.#inputWatermarks.fill(Number.NEGATIVE_INFINITY);
    this.#subtask = this.#start(decoded);
  }

  /** Closes the function if it is open. Idempotent; what came out can still be looked at. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#subtask?.close();
  }

  protected element(value: unknown, timestamp: number | null | undefined, input: number): void {
    const subtask = this.#opened();
    const key = this.#keys?.[input];
    if (key !== undefined && this.#place.parallelism > 1) this.#checkOwner(key.selector(value));
    subtask.element(value, timestamp ?? Number.NaN, input);
  }

  protected inputWatermark(watermark: number, input: number): void {
    this.#checkForward('watermark', this.#inputWatermarks[input]!, watermark);
    this.#inputWatermarks[input] = watermark;
    this.#advanceWatermark();
  }

  /** What came out may be looked at after the end too. */
  #seen(): OperatorSubtask {
    return this.#subtask ?? this.#opened();
  }

  #opened(): OperatorSubtask {
    this.#checkOpen();
    this.#subtask ??= this.#start(undefined);
    return this.#subtask;
  }

  #start(snapshots: readonly OperatorSnapshot[] | undefined): OperatorSubtask {
    const { configuration } = this.#options;
    return new OperatorSubtask(this.#operator.factory, {
      ...this.#place, clock: this.clock, name: this.#name, snapshots, ...(configuration === undefined ? {} : { configuration }),
    });
  }

  /** The watermark of an operator is the lowest of its inputs. */
  #advanceWatermark(): void {
    const subtask = this.#opened();
    const lowest = Math.min(...this.#inputWatermarks);
    if (lowest <= this.#watermark) return;
    this.#watermark = lowest;
    subtask.watermark(lowest);
  }

  #ownerOf(key: unknown): number {
    const { keyedState } = this.#opened().context;
    const { maxParallelism, parallelism, subtaskIndex } = this.#place;
    return keyedState === undefined ? subtaskIndex : operatorIndexOfKeyGroup(maxParallelism, parallelism, keyedState.keyGroupOf(key));
  }

  #checkOwner(key: unknown): void {
    const { subtaskIndex } = this.#place;
    const owner = this.#ownerOf(key);
    if (owner === subtaskIndex) return;
    throw new HarnessError('HARNESS_KEY_OF_OTHER_SUBTASK', `the element's key ${String(key)} belongs to subtask ${owner} and this is ${subtaskIndex}: ask ownsKey(key) before`, { context: { owner, subtaskIndex } });
  }

  #checkForward(what: string, before: number, after: number): void {
    if (after >= before) return;
    throw new HarnessError('HARNESS_TIME_WENT_BACK', `the ${what} ${after} comes after ${before}: give one that is not below it`, { context: { before, after } });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new HarnessError('HARNESS_CLOSED', `the harness of ${this.#name} is closed: create another one`);
  }
}

/** A harness of an operator with one input. */
export class OneInputHarness<I, O> extends OperatorHarness<O> {
  constructor(operator: OperatorOfStream, options: HarnessOptions) {
    super(operator, 1, options);
  }

  /** @param timestamp event time in ms; left out or null for none. */
  processElement(value: I, timestamp?: number | null): void {
    this.element(value, timestamp, 0);
  }
}

/** A harness of an operator with two inputs; its watermark is the lower one of theirs. */
export class TwoInputHarness<I1, I2, O> extends OperatorHarness<O> {
  constructor(operator: OperatorOfStream, options: HarnessOptions) {
    super(operator, 2, options);
  }

  /** As that of OneInputHarness. */
  processElement1(value: I1, timestamp?: number | null): void {
    this.element(value, timestamp, 0);
  }

  processElement2(value: I2, timestamp?: number | null): void {
    this.element(value, timestamp, 1);
  }

  /** As processWatermark, for one input. */
  processWatermark1(watermark: number): void {
    this.inputWatermark(watermark, 0);
  }

  processWatermark2(watermark: number): void {
    this.inputWatermark(watermark, 1);
  }
}

function placeOf(subtask: SubtaskOptions, options: Pick<HarnessOptions, 'maxParallelism'>): Place {
  const { parallelism = 1, subtaskIndex = 0 } = subtask;
  const maxParallelism = options.maxParallelism ?? defaultMaxParallelism(parallelism);
  const isPlace = [parallelism, subtaskIndex, maxParallelism].every(Number.isSafeInteger)
    && subtaskIndex >= 0 && subtaskIndex < parallelism && parallelism <= maxParallelism && maxParallelism <= MAX_PARALLELISM_LIMIT;
  if (isPlace) return { parallelism, subtaskIndex, maxParallelism };
  throw new HarnessError('HARNESS_SUBTASK_INVALID', `subtask ${subtaskIndex} of ${parallelism} with max parallelism ${maxParallelism}: give 0 <= subtaskIndex < parallelism <= maxParallelism <= ${MAX_PARALLELISM_LIMIT}`, {
    context: { subtaskIndex, parallelism, maxParallelism },
  });
}
