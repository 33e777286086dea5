// Runs broadcast process functions: input 0 brings elements (with keys or without), input 1 feeds the broadcast state.
// Invariant: only input 1 changes broadcast state. One per subtask, on the slot's thread.
import type { KeySpecification } from '#core/keys/key-specification';
import type { AnyState, MapState, StateDescriptor } from '#state/keyed/keyed-state';
import { OperatorStateBackend } from '#state/operator/operator-state-backend';
import { combineSnapshots, type OperatorSnapshot, type SnapshotRequest } from '#state/snapshot/operator-snapshot';
import { StreamingError } from '#streaming/errors';
import type { OperatorContext, StreamOperator } from '#streaming/operator/stream-operator';
import type { BoundProcessFunction } from '#streaming/process/bound-process-function';
import type { KeyedBroadcastContext } from '#streaming/process/broadcast-process-functions';
import { KeyedCalls, KeyedContext } from '#streaming/process/keyed-calls';
import type { OutputTag } from '#streaming/process/output-tag';
import { refusePromise } from '#streaming/process/refuse-promise';
import { RuntimeContext } from '#streaming/process/runtime-context';
import type { MapStateDescriptor } from '#streaming/process/state-descriptors';
import { UnkeyedContext } from '#streaming/process/unkeyed-context';
import { UserEmission } from '#streaming/process/user-emission';

type BroadcastStateOf = (descriptor: MapStateDescriptor<any, any>) => MapState<any, any>; // any: user's state types

export class BroadcastProcessOperator implements StreamOperator {
  readonly #function: BoundProcessFunction;
  readonly #key: KeySpecification | undefined;
  readonly #descriptors: readonly MapStateDescriptor<any, any>[]; // any: user's state types
  #operator!: OperatorContext;
  #state!: OperatorStateBackend;
  #emission!: UserEmission;
  #calls: KeyedCalls | undefined;
  #unkeyed: UnkeyedElementContext | undefined;
  #elementContext: unknown;
  #broadcastContext!: BroadcastSideContext;
  #isOpen = false;

  /** @param key of input 0; undefined when it has none. @param descriptors the states that input 1 feeds. */
  constructor(bound: BoundProcessFunction, key: KeySpecification | undefined, descriptors: readonly MapStateDescriptor<any, any>[]) { // any: user's state types
    this.#function = bound;
    this.#key = key;
    this.#descriptors = descriptors;
  }

  open(context: OperatorContext): void {
    this.#operator = context;
    this.#state = new OperatorStateBackend({ isObjectReuse: context.isObjectReuse });
    if (context.restored !== undefined) this.#state.restore(context.restored);
    for (const { name, keyType, type } of this.#descriptors) this.#state.getBroadcastState(name, keyType, type);
    const stateOf: BroadcastStateOf = (descriptor) => this.#broadcastState(descriptor);
    if (this.#key === undefined) this.#openUnkeyed(context, stateOf);
    else this.#openKeyed(context, stateOf);
    this.#broadcastContext = new BroadcastSideContext(context, this.#emission, stateOf, () => this.#watermark);
    this.#isOpen = true;
    refusePromise(this.#function.open?.(new RuntimeContext(context)), context.operatorName);
  }

  processElement(value: unknown, timestamp: number, input: number): void {
    const emission = this.#emission;
    if (input === 0 && this.#calls !== undefined) this.#calls.beginElement(this.#key!.selector(value), timestamp);
    else emission.begin(timestamp);
    const context = input === 0 ? this.#elementContext : this.#broadcastContext;
    const result = this.#function.elements[input]!(value, context, emission);
    if (result !== undefined) emission.accept(result);
  }

  processWatermark(watermark: number): void {
    if (this.#calls !== undefined) {
      this.#calls.processWatermark(watermark);
      return;
    }
    this.#unkeyed!.watermark = watermark;
    this.#operator.output.emitWatermark(watermark);
  }

  processIdleness(isIdle: boolean): void {
    this.#operator.output.emitIdleness(isIdle);
  }

  /** As in ProcessOperator. */
  get isMidRecord(): boolean {
    return this.#emission.hasPending;
  }

  advance(): boolean {
    return this.#calls === undefined ? this.#emission.drain() : this.#calls.advance();
  }

  nextProcessingTime(): number {
    return this.#calls?.nextProcessingTime() ?? Number.POSITIVE_INFINITY;
  }

  onProcessingTime(nowMs: number): void {
    this.#calls?.onProcessingTime(nowMs);
  }

  snapshot(request: SnapshotRequest): OperatorSnapshot {
    const own = this.#calls?.snapshot(request) ?? { keyed: [], operator: this.#emission.snapshot() };
    return combineSnapshots(own, { keyed: [], operator: this.#state.snapshot() });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#emission.close();
    this.#function.close?.();
  }

  get #watermark(): number {
    return this.#calls?.currentWatermark() ?? this.#unkeyed!.watermark;
  }

  #openKeyed(context: OperatorContext, stateOf: BroadcastStateOf): void {
    this.#calls = new KeyedCalls(context, this.#function.onTimer, (calls) => new KeyedElementContext(calls, stateOf));
    this.#emission = this.#calls.emission;
    this.#elementContext = this.#calls.context;
  }

  #openUnkeyed(context: OperatorContext, stateOf: BroadcastStateOf): void {
    this.#emission = new UserEmission(context.output, context.operatorName);
    if (context.restored !== undefined) this.#emission.restore(context.restored);
    this.#unkeyed = new UnkeyedElementContext(context, this.#emission, stateOf);
    this.#elementContext = this.#unkeyed;
  }

  #broadcastState(descriptor: MapStateDescriptor<any, any>): MapState<any, any> { // any: user's state types
    const known = this.#descriptors.find((candidate) => candidate.name === descriptor.name);
    if (known !== undefined) return this.#state.getBroadcastState(known.name, known.keyType, known.type);
    const operator = this.#operator.operatorName;
    throw new StreamingError('BROADCAST_STATE_UNKNOWN', `${operator} asks for the broadcast state '${descriptor.name}': give its descriptor to broadcast(...) too`, {
      context: { operator, state: descriptor.name },
    });
  }
}

class KeyedElementContext extends KeyedContext {
  readonly getBroadcastState: BroadcastStateOf;

  constructor(calls: KeyedCalls, stateOf: BroadcastStateOf) {
    super(calls);
    this.getBroadcastState = stateOf;
  }
}

class UnkeyedElementContext extends UnkeyedContext {
  readonly getBroadcastState: BroadcastStateOf;

  constructor(operator: OperatorContext, emission: UserEmission, stateOf: BroadcastStateOf) {
    super(operator, emission);
    this.getBroadcastState = stateOf;
  }
}

/** Of input 1, keyed or not. */
class BroadcastSideContext implements KeyedBroadcastContext<unknown> {
  readonly getBroadcastState: BroadcastStateOf;
  readonly currentWatermark: () => number;
  readonly #operator: OperatorContext;
  readonly #emission: UserEmission;

  constructor(operator: OperatorContext, emission: UserEmission, stateOf: BroadcastStateOf, currentWatermark: () => number) {
    this.#operator = operator;
    this.#emission = emission;
    this.getBroadcastState = stateOf;
    this.currentWatermark = currentWatermark;
  }

  timestamp(): number | null {
    const { timestamp } = this.#emission;
    return Number.isNaN(timestamp) ? null : timestamp;
  }

  currentProcessingTime(): number {
    return Math.floor(this.#operator.clock.now());
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#operator.output.collectSide(tag.id, value, this.#emission.timestamp);
  }

  applyToKeyedState<S extends AnyState>(descriptor: StateDescriptor, apply: (key: unknown, state: S) => void): void {
    const { keyedState, operatorName } = this.#operator;
    if (keyedState === undefined) {
      throw new StreamingError('STATE_NEEDS_KEYED_STREAM', `${operatorName} applies a function to keyed state but its element side is not keyed: call keyBy before connect`, { context: { operator: operatorName } });
    }
    keyedState.getState(descriptor);
    keyedState.applyToKeys(descriptor.name, (key, state) => apply(key, state as S));
  }
}
