// The operators of one task: creates them, generates the code between them, and does for the whole chain what is not a
// row: watermarks, pending emission, timers, snapshots, life cycle. Thread: the slot's.
import { READ_SCOPE } from '#core/codegen/row-layout-code';
import { readScope } from '#core/codegen/row-reader';
import { keptRow } from '#core/codegen/row-view';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import { executionOptions } from '#core/config/options/execution-options';
import { keyGroupRangeOf } from '#core/keys/key-groups';
import type { Availability } from '#shuffle/result-partition/availability';
import type { RecordWriter } from '#shuffle/result-partition/record-writer';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { InternalTimerService } from '#state/timers/internal-timer-service';
import { StreamingError } from '#streaming/errors';
import { type OperatorContext, type RowOperator, rowOperatorOfSubtask, type SnapshotRequest, type StreamOperator } from '#streaming/operator/stream-operator';
import { SinkDriver } from '#streaming/sink/sink-driver';
import type { FieldTree } from '#core/codegen/field-tree';
import { readsOfHead } from '#streaming/task/chain-access';
import { slicesOfHead } from '#streaming/task/chain-slices';
import { readingKeysAhead } from '#streaming/task/keys-ahead';
import { batchLoopCode, type ChainEdges, emitCode, rowsLoopCode, SOURCE_SCOPE, type SourceLoopOptions } from '#streaming/task/chain-code';
import { ChainOutput, type WatermarkTargets } from '#streaming/task/chain-output';
import type { ChainState } from '#streaming/task/chain-state';
import { deepCopy } from '#streaming/task/deep-copy';
import { PendingIterators } from '#streaming/task/pending-iterators';
import type { ChainedOperator, TaskDescription } from '#streaming/task/task-description';

export type BatchLoop = (batch: unknown, from: number) => number;
export type RowsLoop = (values: readonly unknown[], eventTimes: ArrayLike<number>, from: number, to: number) => number;

/** Functions of a source head that its loop calls per row. */
export interface SourceFunctions extends SourceLoopOptions {
  readonly assign: ((value: any, timestamp: number) => number) | undefined; // any: user's record type
  readonly onEvent: ((value: any, timestamp: number) => void) | undefined; // any: user's record type
}

type Emit = (value: unknown, timestamp: number) => void;

export class OperatorChain {
  readonly state: ChainState;
  readonly pending: PendingIterators;
  /** By operator index; undefined where the operator is fused, a source or a sink. */
  readonly operators: readonly (StreamOperator | undefined)[];
  readonly sinks: readonly (SinkDriver | undefined)[];
  readonly counters = new Map<string, number>();
  readonly #description: TaskDescription;
  readonly #writers: readonly RecordWriter[];
  readonly availability: Availability;
  readonly #outputs: readonly ChainOutput[];
  /** By operator index; those of this subtask where the operator is fused. */
  readonly #rows: readonly (RowOperator | undefined)[];
  readonly #contexts: (OperatorContext | undefined)[] = [];
  readonly #edges: ChainEdges;
  readonly #scope: Record<string, unknown> = {};
  readonly #loops = new Map<string, BatchLoop>();
  readonly #busySinks = new Set<number>();
  /** Operators whose state takes no writes for now. */
  readonly #stalledStates = new Set<number>();
  #isClosed = false;

  constructor(description: TaskDescription, writers: readonly RecordWriter[], availability: Availability, state: ChainState) {
    const { operators } = description;
    this.#description = description;
    this.#writers = writers;
    this.availability = availability;
    this.state = state;
    this.#outputs = operators.map(() => new ChainOutput(availability));
    this.operators = operators.map(({ node }, index) => {
      state.operator = index;
      return node.kind === 'operator' && node.factory.kind === 'stream' ? node.factory.create({ isStateOnDisk: description.stateBackend.isOnDisk }) : undefined;
    });
    this.#rows = operators.map(({ node }) => (node.kind === 'operator' && node.factory.kind === 'row' ? rowOperatorOfSubtask(node.factory.row) : undefined));
    this.sinks = operators.map((operator, index) => (operator.node.kind === 'sink' ? this.#createSink(operator, index) : undefined));
    this.pending = new PendingIterators(state, availability, (index, value, timestamp) => this.#outputs[index]!.collect(value, timestamp), (index, value) => this.#failNotIterable(index, value));
    this.#edges = {
      operators,
      edgesOf: (index, tag) => description.outputs.flatMap((output, edge) => (output.operatorIndex === index && output.tag === tag ? [edge] : [])),
      copiesShared: !this.#isObjectReuse,
      emitsViews: (index) => this.operators[index]?.emitsViews === true,
      acceptsViews: (index) => {
        const row = this.#rows[index];
        return row === undefined ? this.operators[index]?.acceptsViews === true : row.kind !== 'flatMap' && row.acceptsViews === true;
      },
      hasReadiness: (index) => 'isReady' in this.sinks[index]!.writer,
    };
    this.#fillScope();
    this.#connectOutputs();
  }

  get #isObjectReuse(): boolean {
    return this.#description.configuration.get(executionOptions.objectReuse);
  }

  /** Opens from the last operator to the first, so that an operator may emit in open. */
  open(): void {
    for (let index = this.operators.length - 1; index >= 0; index--) {
      const { node } = this.#description.operators[index]!;
      if (node.kind !== 'operator') continue;
      this.state.operator = index;
      const context = this.#context(index);
      if (node.factory.kind === 'row') this.#rows[index]!.open?.(context);
      else this.operators[index]!.open(context);
    }
  }

  /** What is read of a source's records, by its own functions and by the chain. */
  readsOfSource(source: SourceFunctions): FieldTree {
    return this.#readsOfHead(source, 0);
  }

  /** The loop that reads frames of `schema` into the head. Generated once per (schema, input). */
  batchLoop(schema: Schema, input: number, source: SourceFunctions | undefined): BatchLoop {
    const key = `${input}/${schema.id}`;
    let loop = this.#loops.get(key);
    if (loop === undefined && source === undefined) {
      loop = this.#ownBatchLoop(input);
      if (loop !== undefined) this.#loops.set(key, (loop = this.#readingAhead(loop, schema, input)));
    }
    if (loop === undefined) {
      const names = source === undefined ? '' : 'source-';
      const slices = slicesOfHead(this.#edges, this.#description.outputs, functionsOf(source), input);
      loop = this.#generate(batchLoopCode(this.#edges, schema, input, source, { reads: this.#readsOfHead(source, input), slices }), `${names}batch-loop`, schema, source) as BatchLoop;
      if (source === undefined) loop = this.#readingAhead(loop, schema, input);
      this.#loops.set(key, loop);
    }
    return loop;
  }

  #readsOfHead(source: SourceFunctions | undefined, input: number): FieldTree {
    return readsOfHead(this.#edges, this.#description.outputs, functionsOf(source), input);
  }

  /** Of a head that takes batches as they are. */
  #ownBatchLoop(input: number): BatchLoop | undefined {
    const head = this.operators[0];
    if (head?.processBatch === undefined) return undefined;
    const { state } = this;
    return (batch, from) => {
      state.operator = 0;
      return head.processBatch!(batch as Batch, from, input, state);
    };
  }

  /** The loop itself where the head has no keyed state. */
  #readingAhead(loop: BatchLoop, schema: Schema, input: number): BatchLoop {
    const { node } = this.#description.operators[0]!;
    const key = node.kind === 'operator' && node.factory.kind === 'stream' ? node.factory.keys?.[input] : undefined;
    return key === undefined || this.#contexts[0]?.keyedState === undefined ? loop : readingKeysAhead(loop, schema, key, () => this.#contexts[0]?.keyedState?.readAhead);
  }

  rowsLoop(source: SourceFunctions): RowsLoop {
    return this.#generate(rowsLoopCode(this.#edges, source), 'rows-loop', undefined, source) as RowsLoop;
  }

  /** The head's watermark has advanced: to the head, which hands it on. */
  processWatermark(watermark: number): void {
    this.#deliverWatermark(0, watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#deliverIdleness(0, isIdle);
  }

  /** Continues what is pending, deepest first. True when nothing is. */
  advance(): boolean {
    if (!this.pending.drain()) return false;
    let advanced = 0;
    for (let index = this.operators.length - 1; index >= 0; index--) {
      if (this.operators[index]?.advance === undefined) continue;
      if (!this.#advanceOne(index)) return false;
      advanced++;
    }
    // What one of them has sent on may wait in the next.
    for (let index = 1; advanced > 1 && index < this.operators.length; index++) if (!this.#advanceOne(index)) return false;
    return true;
  }

  #advanceOne(index: number): boolean {
    const operator = this.operators[index];
    if (operator?.advance === undefined) return true;
    this.state.operator = index;
    return operator.advance() && this.pending.drain();
  }

  get hasSinks(): boolean {
    return this.sinks.some((sink) => sink !== undefined);
  }

  /** Some operator is in the middle of a record's rows: no barrier may pass. */
  get isMidRecord(): boolean {
    return this.pending.size > 0 || this.operators.some((operator) => operator?.isMidRecord === true);
  }

  /** Nothing tells when it takes writes again: it has to be asked. */
  get hasStalledState(): boolean {
    return this.#stalledStates.size > 0;
  }

  /** True when sinks that were full take rows again, and state that took no writes does (or there were none). */
  pollReadiness(): boolean {
    for (const index of this.#busySinks) {
      if (this.sinks[index]!.writer.isReady === false) continue;
      this.#busySinks.delete(index);
      this.availability.blocked--;
    }
    for (const index of this.#stalledStates) {
      if (this.#contexts[index]!.keyedState!.tryResume!() === false) continue;
      this.#stalledStates.delete(index);
      this.availability.blocked--;
    }
    return this.#busySinks.size === 0 && this.#stalledStates.size === 0;
  }

  get nextProcessingTime(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const operator of this.operators) if (operator?.nextProcessingTime !== undefined) next = Math.min(next, operator.nextProcessingTime());
    return next;
  }

  onProcessingTime(nowMs: number): void {
    this.operators.forEach((operator, index) => {
      if (operator?.onProcessingTime === undefined || operator.nextProcessingTime === undefined || operator.nextProcessingTime() > nowMs) return;
      this.state.operator = index;
      operator.onProcessingTime(nowMs);
    });
  }

  endInput(input: number): void {
    this.state.operator = 0;
    this.operators[0]?.endInput?.(input);
  }

  /** After the last row and watermark: sinks flush and commit; @param isCheckpointed they leave committing to a checkpoint. */
  finish(isCheckpointed: boolean): void {
    this.operators.forEach((operator, index) => {
      this.state.operator = index;
      if (index > 0) operator?.endInput?.(0);
    });
    this.sinks.forEach((sink, index) => {
      this.state.operator = index;
      sink?.finish(isCheckpointed);
    });
  }

  get hasUncommitted(): boolean {
    return this.sinks.some((sink) => sink?.hasUncommitted === true);
  }

  /** Snapshots in chain order; the source head is the caller's. */
  snapshot(request: SnapshotRequest): Map<string, OperatorSnapshot> {
    const snapshots = new Map<string, OperatorSnapshot>();
    this.#description.operators.forEach(({ operatorId }, index) => {
      this.state.operator = index;
      const snapshot = this.operators[index]?.snapshot(request) ?? this.sinks[index]?.snapshot(request.checkpointId);
      if (snapshot !== undefined) snapshots.set(operatorId, snapshot);
    });
    return snapshots;
  }

  checkpointComplete(checkpointId: number): void {
    for (const operator of this.operators) operator?.notifyCheckpointComplete?.(checkpointId);
    for (const sink of this.sinks) sink?.checkpointComplete(checkpointId);
  }

  checkpointAborted(checkpointId: number): void {
    for (const operator of this.operators) operator?.notifyCheckpointAborted?.(checkpointId);
  }

  /** Closes everything even if one of them throws; the first error is thrown at the end. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const errors: unknown[] = [];
    const attempt = (action: () => void): void => {
      try {
        action();
      } catch (error) {
        errors.push(error);
      }
    };
    this.operators.forEach((operator, index) => {
      attempt(() => operator?.close());
      attempt(() => this.sinks[index]?.close());
      attempt(() => this.#rows[index]?.close?.());
      attempt(() => this.#contexts[index]?.timers?.release());
      attempt(() => this.#contexts[index]?.keyedState?.release());
    });
    this.pending.clear();
    if (errors.length > 0) throw errors[0];
  }

  /** Counters of the operators, and figures of their state backends: summed where several operators have the same. */
  metrics(): ReadonlyMap<string, number> {
    const backends = this.#contexts.flatMap((context) => context?.keyedState?.metrics?.() ?? []);
    if (backends.length === 0) return this.counters;
    const all = new Map(this.counters);
    for (const metrics of backends) for (const [name, value] of metrics) all.set(name, (all.get(name) ?? 0) + value);
    return all;
  }

  count(metric: string, by: number): void {
    this.counters.set(metric, (this.counters.get(metric) ?? 0) + by);
  }

  #createSink(operator: ChainedOperator, index: number): SinkDriver {
    const { jobId, subtaskIndex, parallelism, attemptNumber, files, clock, reporter, restored } = this.#description;
    const node = operator.node as ChainedOperator['node'] & { kind: 'sink' };
    this.state.operator = index;
    return new SinkDriver(node.sink, {
      subtaskIndex, parallelism, attemptNumber, jobId, files, clock, operatorId: operator.operatorId, inputType: node.inputType,
      print: (text, stream = 'stdout') => reporter.print(text, stream),
      sendToClient: (rows) => reporter.sendToClient(operator.operatorId, rows),
      count: (metric, by) => this.count(metric, by),
    }, restored?.(operator.operatorId));
  }

  /** Undefined for another chain's operator, and before it is opened. */
  contextOf(operatorId: string): OperatorContext | undefined {
    return this.#contexts.find((context) => context?.operatorId === operatorId);
  }

  #onStalled(index: number): void {
    this.#stalledStates.add(index);
    this.availability.blocked++;
  }

  #context(index: number): OperatorContext {
    const { operatorId, name, node } = this.#description.operators[index]!;
    const { taskName, subtaskIndex, parallelism, maxParallelism, attemptNumber, configuration, clock, files, memory } = this.#description;
    const restored = this.#description.restored?.(operatorId);
    const isKeyed = node.kind === 'operator' && node.factory.kind === 'stream' && node.factory.keys !== undefined;
    const keyGroupRange = keyGroupRangeOf(maxParallelism, parallelism, subtaskIndex);
    const keyType = isKeyed && node.factory.kind === 'stream' ? node.factory.keys![0]!.type : undefined;
    const keyedState = isKeyed ? this.#description.stateBackend.createKeyedState({ keyType, keyGroupRange, maxParallelism, isObjectReuse: this.#isObjectReuse, onStalled: () => this.#onStalled(index) }) : undefined;
    const timers = keyedState === undefined ? undefined : new InternalTimerService({ backend: keyedState, memory });
    if (restored !== undefined) {
      keyedState?.restore(restored);
      timers?.restore(restored);
    }
    const context: OperatorContext = {
      operatorId, operatorName: name, taskName, subtaskIndex, parallelism, maxParallelism, attemptNumber, configuration, clock, files, memory,
      output: this.#outputs[index]!, keyedState, timers, restored, isObjectReuse: this.#isObjectReuse,
      count: (metric, by) => this.count(metric, by),
    };
    this.#contexts[index] = context;
    return context;
  }

  #fillScope(): void {
    const scope = this.#scope;
    scope['S'] = this.state;
    scope['A'] = this.availability;
    scope['times'] = new Float64Array(this.operators.length);
    scope['copy'] = deepCopy;
    scope['kept'] = keptRow;
    scope['promised'] = (index: number) => this.#failPromise(index);
    scope['truthy'] = (index: number, value: unknown) => (value instanceof Promise ? this.#failPromise(index) : Boolean(value));
    scope['iterate'] = (index: number, rows: unknown, timestamp: number) => this.pending.add(index, rows, timestamp);
    scope['sinkFull'] = (index: number) => this.#sinkFull(index);
    this.operators.forEach((operator, index) => {
      scope[`f${index}`] = this.#rows[index]?.apply;
      scope[`o${index}`] = operator;
      scope[`w${index}`] = this.sinks[index]?.writer;
      const times = scope['times'] as Float64Array;
      scope[`c${index}`] = (value: unknown) => {
        if (this.pending.mustWait(index)) this.pending.addRow(index, value, times[index]!);
        else this.#outputs[index]!.collect(value, times[index]!);
      };
    });
    this.#writers.forEach((writer, edge) => { scope[`e${edge}`] = writer.emit; });
  }

  #connectOutputs(): void {
    this.#description.operators.forEach((operator, index) => {
      const tags = new Set<string>();
      for (const edge of operator.next) if (edge.tag !== undefined) tags.add(edge.tag);
      for (const edge of this.#description.outputs) if (edge.operatorIndex === index && edge.tag !== undefined) tags.add(edge.tag);
      const sides = new Map<string, Emit>([...tags].map((tag) => [tag, this.#generate(emitCode(this.#edges, index, tag), `emit-${index}-side`) as Emit]));
      this.#outputs[index]!.connect(this.#generate(emitCode(this.#edges, index, undefined), `emit-${index}`) as Emit, sides, this.#targets(index));
    });
  }

  #targets(index: number): WatermarkTargets {
    const next = [...new Set(this.#description.operators[index]!.next.map((edge) => edge.operatorIndex))];
    return {
      chained: next.map((target) => (watermark: number) => this.#deliverWatermark(target, watermark)),
      chainedIdleness: next.map((target) => (isIdle: boolean) => this.#deliverIdleness(target, isIdle)),
      writers: this.#writers.filter((_, edge) => this.#description.outputs[edge]!.operatorIndex === index),
    };
  }

  #deliverWatermark(index: number, watermark: number): void {
    const operator = this.operators[index];
    this.state.operator = index;
    if (operator !== undefined) operator.processWatermark(watermark);
    else if (this.sinks[index] !== undefined) {
      this.state.watermark = watermark;
      this.sinks[index].writer.writeWatermark?.(watermark);
    } else if (this.pending.mustWait(index)) this.pending.defer(index, () => this.#outputs[index]!.emitWatermark(watermark));
    else this.#outputs[index]!.emitWatermark(watermark);
  }

  #deliverIdleness(index: number, isIdle: boolean): void {
    const operator = this.operators[index];
    if (operator?.processIdleness !== undefined) operator.processIdleness(isIdle);
    else if (this.pending.mustWait(index)) this.pending.defer(index, () => this.#outputs[index]!.emitIdleness(isIdle));
    else this.#outputs[index]!.emitIdleness(isIdle);
  }

  /** Evaluates generated text with the chain's objects as locals. */
  #generate(text: string, name: string, schema?: Schema, source?: SourceFunctions): unknown {
    const names = [...Object.keys(this.#scope).filter((key) => this.#scope[key] !== undefined)];
    const values = names.map((key) => this.#scope[key]);
    const read = schema === undefined ? [] : [...READ_SCOPE];
    const readValues = schema === undefined ? [] : readScope(schema);
    const label = `${this.#description.taskName}-${name}`.replaceAll(/[^A-Za-z0-9-]+/g, '-');
    return new Function(...names, ...SOURCE_SCOPE, ...read, `"use strict";\n${text}\n//# sourceURL=millrace-${label}.js`)(...values, source?.assign, source?.onEvent, ...readValues);
  }

  #sinkFull(index: number): void {
    if (this.#busySinks.has(index)) return;
    this.#busySinks.add(index);
    this.availability.blocked++;
  }

  #failPromise(index: number): never {
    throw new StreamingError('USER_FUNCTION_RETURNED_PROMISE', `the function of ${this.#description.operators[index]!.name} returned a promise: functions run synchronously, so make it return a value`);
  }

  #failNotIterable(index: number, value: unknown): never {
    if (value instanceof Promise) this.#failPromise(index);
    throw new StreamingError('USER_FUNCTION_NOT_ITERABLE', `the flatMap function of ${this.#description.operators[index]!.name} returned ${typeof value}: return nothing, an array or a generator`);
  }
}

/** Functions of a source that are called with each row. */
function functionsOf(source: SourceFunctions | undefined): readonly unknown[] {
  return [source?.assign, source?.watermarks === 'generator' ? source.onEvent : undefined];
}
