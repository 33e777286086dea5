// What windows with and without keys have in common: lateness, late records, and aggregations of one field.
import { fieldReducer, type FieldAggregation, type NumericFieldOf } from '#datastream/functions/field-aggregations';
import type { ReduceFunction } from '#datastream/functions/functions';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';
import type { WindowSettings } from '#datastream/windowing/window-definition';
import type { WindowAssigner } from '#datastream/windowing/window-assigners';
import type { OutputTag } from '#streaming/process/output-tag';
import type { TypeInformation } from '#core/types/type-information';

export abstract class WindowAggregations<T> {
  protected readonly settings: WindowSettings;

  constructor(assigner: WindowAssigner<T>) {
    this.settings = { assigner, allowedLatenessMs: 0, lateTag: undefined };
  }

  /** Of the records that are cut into windows; undefined when undeclared. */
  protected abstract get elementType(): TypeInformation<T> | undefined;

  abstract reduce(reducer: ReduceFunction<T>): SingleOutputStreamOperator<T>;

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
