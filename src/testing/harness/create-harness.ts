// Makes harnesses: of a function object, of a plain function, or of one operator as a program would build it. All go
// through the DataStream API, so a function runs in the very operator that a job would run it in.
import type { TypeInformation } from '#core/types/type-information';
import type { OneOrMaker } from '#datastream/functions/bind-process-functions';
import type {
  CoFlatMapFunction, CoMapFunction, FilterFunctionObject, FlatMapFunctionObject, KeySelector, MapFunctionObject,
} from '#datastream/functions/functions';
import type { DataStream } from '#datastream/stream/data-stream';
import { perSubtask } from '#streaming/process/function-per-subtask';
import {
  type Collector, type CoProcessFunctionShape, KeyedCoProcessFunction, type KeyedCoProcessFunctionShape, KeyedProcessFunction,
  type KeyedProcessFunctionShape, type ProcessFunctionShape,
} from '#streaming/process/process-functions';
import { HarnessError } from '#testing/errors';
import { type HarnessOptions, OneInputHarness, TwoInputHarness } from '#testing/harness/operator-harness';
import { operatorOfStream, type StreamRecipe } from '#testing/harness/operator-of-stream';

/** The stream is keyed by `key`. */
export interface KeyedHarnessOptions<I, K> extends HarnessOptions {
  readonly key: KeySelector<I, K>;
  readonly keyType?: TypeInformation<K>;
}

/** Both streams are keyed. */
export interface TwoKeysHarnessOptions<I1, I2, K> extends HarnessOptions {
  readonly keys: readonly [KeySelector<I1, K>, KeySelector<I2, K>];
  readonly keyType?: TypeInformation<K>;
}

/** Says what a plain function is. */
export interface PlainFunctionOptions<N extends 'map' | 'filter' | 'flatMap'> extends HarnessOptions {
  readonly kind: N;
}

type AnyFunction = Readonly<Record<string, unknown>>;

interface AnyOptions extends HarnessOptions {
  readonly kind?: 'map' | 'filter' | 'flatMap';
  readonly key?: KeySelector<any, any>; // any: user's record and key types
  readonly keys?: readonly [KeySelector<any, any>, KeySelector<any, any>]; // any: as above
  readonly keyType?: TypeInformation<any>; // any: as above
}

/** Method of the DataStream API that takes a function object, by the method that the object has; with its inputs. */
const KINDS = [
  { has: 'processElement', method: 'process', inputCount: 1 },
  { has: 'processElement1', method: 'process', inputCount: 2 },
  { has: 'map1', method: 'map', inputCount: 2 },
  { has: 'flatMap1', method: 'flatMap', inputCount: 2 },
  { has: 'map', method: 'map', inputCount: 1 },
  { has: 'filter', method: 'filter', inputCount: 1 },
  { has: 'flatMap', method: 'flatMap', inputCount: 1 },
] as const;

/**
 * A harness of one function: a function object of the DataStream API, or a maker of it (needed for `restore` when its class
 * has #private fields), or a plain function with its `kind`. With `key` or `keys` the streams are keyed. The function is opened by
 * the first call that needs it. Throws HARNESS_FUNCTION_UNKNOWN, HARNESS_KEY_MISSING, HARNESS_SUBTASK_INVALID.
 */
export function createHarness<K, I, O>(fn: OneOrMaker<KeyedProcessFunctionShape<K, I, O>>, options: KeyedHarnessOptions<I, K>): OneInputHarness<I, O>;
export function createHarness<I, O>(fn: OneOrMaker<ProcessFunctionShape<I, O>>, options?: HarnessOptions): OneInputHarness<I, O>;
export function createHarness<K, I1, I2, O>(fn: OneOrMaker<KeyedCoProcessFunctionShape<K, I1, I2, O>>, options: TwoKeysHarnessOptions<I1, I2, K>): TwoInputHarness<I1, I2, O>;
export function createHarness<I1, I2, O>(fn: OneOrMaker<CoProcessFunctionShape<I1, I2, O>>, options?: HarnessOptions): TwoInputHarness<I1, I2, O>;
export function createHarness<I1, I2, O>(
  fn: OneOrMaker<CoMapFunction<I1, I2, O>> | OneOrMaker<CoFlatMapFunction<I1, I2, O>>, options?: HarnessOptions | TwoKeysHarnessOptions<I1, I2, unknown>,
): TwoInputHarness<I1, I2, O>;
export function createHarness<I, O>(
  fn: OneOrMaker<MapFunctionObject<I, O>> | OneOrMaker<FlatMapFunctionObject<I, O>>, options?: HarnessOptions | KeyedHarnessOptions<I, unknown>,
): OneInputHarness<I, O>;
export function createHarness<I>(fn: OneOrMaker<FilterFunctionObject<I>>, options?: HarnessOptions | KeyedHarnessOptions<I, unknown>): OneInputHarness<I, I>;
export function createHarness<I, O>(fn: (value: I) => O, options: PlainFunctionOptions<'map'>): OneInputHarness<I, O>;
export function createHarness<I>(fn: (value: I) => boolean, options: PlainFunctionOptions<'filter'>): OneInputHarness<I, I>;
export function createHarness<I, O>(fn: (value: I, out: Collector<O>) => Iterable<O> | void, options: PlainFunctionOptions<'flatMap'>): OneInputHarness<I, O>;
export function createHarness(fn: object, options: AnyOptions = {}): OneInputHarness<unknown, unknown> | TwoInputHarness<unknown, unknown, unknown> {
  const { kind } = options;
  if (kind !== undefined) return oneInput((input) => call(input, kind, fn), options);
  const target = functionObject(fn);
  const found = KINDS.find(({ has }) => typeof target[has] === 'function');
  if (found === undefined) throw unknownFunction(target);
  const { method, inputCount } = found;
  checkKeys(target, options);
  if (inputCount === 1) return oneInput((input) => call(keyed(input, options.key, options), method, target), options);
  return twoInputs((first, second) => call(keyed(first, options.keys?.[0], options).connect(keyed(second, options.keys?.[1], options)), method, target), options);
}

/**
 * A harness of the one operator that `recipe` puts behind its input: windows, rolling aggregations, anything of the DataStream
 * API. Throws HARNESS_STREAM_INVALID when it is not one operator.
 */
export function createStreamHarness<I, O>(
  recipe: (input: DataStream<I>) => DataStream<O>, options: HarnessOptions & { readonly inputType?: TypeInformation<I> } = {},
): OneInputHarness<I, O> {
  return new OneInputHarness(operatorOfStream(recipe, [options.inputType]), options);
}

/** As createStreamHarness for an operator that reads two streams: joins, connected streams. */
export function createTwoStreamHarness<I1, I2, O>(
  recipe: (first: DataStream<I1>, second: DataStream<I2>) => DataStream<O>,
  options: HarnessOptions & { readonly inputTypes?: readonly [TypeInformation<I1>, TypeInformation<I2>] } = {},
): TwoInputHarness<I1, I2, O> {
  return new TwoInputHarness(operatorOfStream(recipe, [options.inputTypes?.[0], options.inputTypes?.[1]]), options);
}

function oneInput(recipe: StreamRecipe, options: HarnessOptions): OneInputHarness<unknown, unknown> {
  return new OneInputHarness(operatorOfStream(recipe, [undefined]), options);
}

function twoInputs(recipe: StreamRecipe, options: HarnessOptions): TwoInputHarness<unknown, unknown, unknown> {
  return new TwoInputHarness(operatorOfStream(recipe, [undefined, undefined]), options);
}

function call(stream: object, method: 'process' | 'map' | 'filter' | 'flatMap', fn: object): DataStream<unknown> {
  return (stream as Record<typeof method, (fn: object) => DataStream<unknown>>)[method](fn);
}

function keyed(stream: DataStream<unknown>, key: KeySelector<unknown, unknown> | undefined, options: AnyOptions): DataStream<unknown> {
  return key === undefined ? stream : stream.keyBy(key, options.keyType);
}

function functionObject(fn: object): AnyFunction {
  if (typeof fn !== 'function') return fn as AnyFunction;
  if (fn.length > 0) throw unknownFunction(fn);
  // Made once to see that it is a maker, and again by perSubtask.
  const made: unknown = (fn as () => unknown)();
  if (typeof made !== 'object' || made === null) throw unknownFunction(fn);
  return perSubtask(fn as () => AnyFunction);
}

function checkKeys(target: object, options: AnyOptions): void {
  const isOne = target instanceof KeyedProcessFunction && options.key === undefined;
  const isTwo = target instanceof KeyedCoProcessFunction && options.keys === undefined;
  if (!isOne && !isTwo) return;
  throw new HarnessError('HARNESS_KEY_MISSING', `${target.constructor.name} is a keyed function but the options have no ${isOne ? 'key' : 'keys'}: give the key selector of its stream`);
}

function unknownFunction(fn: unknown): HarnessError {
  const seen = typeof fn === 'function' ? 'a plain function without its kind' : `an object with none of ${KINDS.map(({ has }) => has).join(', ')}`;
  return new HarnessError('HARNESS_FUNCTION_UNKNOWN', `the harness got ${seen}: give a function object, a maker of one, or a plain function with kind: 'map', 'filter' or 'flatMap'`);
}
