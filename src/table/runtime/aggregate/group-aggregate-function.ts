// Unbounded aggregation per key (Flink's GroupAggregate): after every row the key's new result, as changes. Invariant: what is in
// state is what the last result was made of; a key whose rows have all been taken back has no state. One per subtask, as a
// process function. hot path.
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { BoundProcessFunction } from '#streaming/process/bound-process-function';
import type { Collector } from '#streaming/process/process-functions';
import type { Accumulator, AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { keyedStateViews } from '#table/runtime/aggregate/map-views';
import type { MapView } from '#table/functions/function-definition';
import { isAccumulate, kindOf, rekind, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface GroupAggregateOptions {
  readonly handler: AggregateHandler;
  /** -U before every +U. */
  readonly emitsUpdateBefore: boolean;
  readonly ttl: StateTtlConfig | undefined;
  /** Whether two results are the same, so that nothing is emitted. */
  readonly equalResults: (a: TableRow, b: TableRow) => boolean;
}

const STATE_NAME = 'accState';

export class GroupAggregateFunction implements BoundProcessFunction {
  readonly elements: BoundProcessFunction['elements'];
  readonly #options: GroupAggregateOptions;
  #backend!: KeyedStateBackend;
  #accumulators!: ValueState<Accumulator>;
  #views: readonly MapView[] = [];

  constructor(options: GroupAggregateOptions) {
    this.#options = options;
    this.elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith(backend: KeyedStateBackend): void {
    const { handler, ttl } = this.#options;
    this.#backend = backend;
    this.#accumulators = backend.getState({ kind: 'value', name: STATE_NAME, type: handler.accumulatorType, ...(ttl === undefined ? {} : { ttl }) }) as ValueState<Accumulator>;
    this.#views = keyedStateViews(backend, handler.views, ttl);
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { handler, emitsUpdateBefore, equalResults, ttl } = this.#options;
    const views = this.#views;
    const key = this.#backend.currentKey;
    const isAdded = isAccumulate(kindOf(row));
    let accumulator = this.#accumulators.value();
    const isFirst = accumulator === null;
    if (accumulator === null) {
      // A row taken back whose key has expired or never was: nothing to take it from.
      if (!isAdded) return;
      accumulator = handler.create();
    }
    const before = isFirst ? undefined : handler.result(key, accumulator, views, RowKind.UPDATE_BEFORE);
    if (isAdded) handler.accumulate(accumulator, views, row);
    else handler.retract(accumulator, views, row);
    if (handler.rowCount(accumulator) <= 0) {
      this.#accumulators.clear();
      for (const view of views) view.clear();
      if (before !== undefined) out.collect(rekind(before, RowKind.DELETE));
      return;
    }
    this.#accumulators.update(accumulator);
    if (before === undefined) {
      out.collect(handler.result(key, accumulator, views, RowKind.INSERT));
      return;
    }
    const after = handler.result(key, accumulator, views, RowKind.UPDATE_AFTER);
    // With a time to live downstream state must be refreshed, so an equal result is emitted too.
    if (ttl === undefined && equalResults(before, after)) return;
    if (emitsUpdateBefore) out.collect(before);
    out.collect(after);
  }
}
