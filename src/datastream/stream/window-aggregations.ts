// What windows with and without keys have in common: lateness, late records, what an aggregation needs, and those of one field.
import { fieldReducer, type FieldAggregation, type NumericFieldOf } from '#datastream/functions/field-aggregations';
import type { ReduceFunction } from '#datastream/functions/functions';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import { reduceAggregation, type WindowSettings } from '#datastream/windowing/window-definition';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { AggregateFunction } from '#state/keyed/keyed-state';
import type { OutputTag } from '#streaming/process/output-tag';
import type { WindowAggregation, WindowProcess } from '#streaming/window/window-operator-options';
import type { TypeInformation } from '#core/types/type-information';

type MakeProcess = (() => WindowProcess) | undefined;

export abstract class WindowAggregations<T> {
  protected readonly settings: WindowSettings;

  constructor(assigner: WindowAssigner<T>) {
    this.settings = { assigner, allowedLatenessMs: 0, lateTag: undefined };
  }

  /** Of the records that are cut into windows; undefined when undeclared. */
  protected abstract get elementType(): TypeInformation<T> | undefined;

  abstract reduce(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T>;

  /** Adds the operator. @param makeProcess what makes rows of a window's value, or elements; undefined = the value is the row. */
  protected abstract apply<R>(aggregation: WindowAggregation, makeProcess: MakeProcess, accumulatorType: TypeInformation | undefined, outputType: TypeInformation | undefined): SingleOutputStreamOperator<R>;

  protected applyReduce<R>(reducer: ReduceFunction<T>, makeProcess: MakeProcess): SingleOutputStreamOperator<T> | SingleOutputStreamOperator<R> {
    const type = this.elementType;
    const aggregation = reduceAggregation(reducer);
    return makeProcess === undefined ? this.apply<T>(aggregation, undefined, type, type) : this.apply<R>(aggregation, makeProcess, type, undefined);
  }

  protected applyAggregate<ACC, V, R>(aggregate: AggregateFunction<T, ACC, V>, makeProcess: MakeProcess): SingleOutputStreamOperator<V> | SingleOutputStreamOperator<R> {
    const aggregation: WindowAggregation = { kind: 'aggregate', aggregate };
    const { accumulatorType, resultType } = aggregate;
    return makeProcess === undefined
      ? this.apply<V>(aggregation, undefined, accumulatorType, resultType)
      : this.apply<R>(aggregation, makeProcess, accumulatorType, undefined);
  }

  /** A window stays until the watermark passes its end by this many ms, and fires again for each late record. */
  allowedLateness(latenessMs: number): this {
    this.settings.allowedLatenessMs = latenessMs;
    return this;
  }

  /** Where records go that are too late for every window of theirs; without it they are counted and dropped. */
  sideOutputLateData(tag: OutputTag<T>): this {
    this.settings.lateTag = tag.id;
    return this;
  }

  sum(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#byField('sum', field);
  }

  min(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#byField('min', field);
  }

  max(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#byField('max', field);
  }

  minBy(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#byField('minBy', field);
  }

  maxBy(field?: NumericFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.#byField('maxBy', field);
  }

  #byField(aggregation: FieldAggregation, field: NumericFieldOf<T> | undefined): SingleOutputStreamOperator<T> {
    return this.reduce(fieldReducer<T>(aggregation, field as string | number | undefined, this.elementType));
  }
}
