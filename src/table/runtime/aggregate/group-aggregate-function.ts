// Unbounded aggregation per key (Flink's GroupAggregate): after every row the key's new result, as changes; in batch mode one row
// per key when the input has ended. Invariant: what is in state is what the last result was made of; a key whose rows have all been
// taken back has no state. One per subtask. hot path. Bench: `millrace nexmark --query q4 --api sql`.
import type { Schema } from '#core/columns/schema';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import { numberRowsOf } from '#state/keyed/number-rows';
import type { Output } from '#streaming/operator/stream-operator';
import type { Collector } from '#streaming/process/process-functions';
import type { MapView } from '#table/functions/function-definition';
import type { Accumulator, AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { createColumnAggregateLoop } from '#table/runtime/aggregate/column-aggregate-loop';
import { keyedStateViews } from '#table/runtime/aggregate/map-views';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';
import type { ViewBatchLoop } from '#table/runtime/view-batch-loop';

export interface GroupAggregateOptions {
  readonly handler: AggregateHandler;
  /** Fields of the input that are the key, in order. */
  readonly keyFields: readonly string[];
  /** The input takes rows back. */
  readonly hasRetraction: boolean;
  /** -U before every +U. */
  readonly emitsUpdateBefore: boolean;
  readonly ttl: StateTtlConfig | undefined;
  readonly isBatch: boolean;
  /** Without grouping columns: a batch without rows has one result all the same. */
  readonly isGlobal: boolean;
}

const STATE_NAME = 'accState';
const GLOBAL_KEY = 0;

export class GroupAggregateFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly acceptsViews = true;
  readonly #options: GroupAggregateOptions;
  #backend!: KeyedStateBackend;
  #accumulators!: ValueState<Accumulator>;
  #views: readonly MapView[] = [];

  /** With a time to live downstream state must be refreshed, so an equal result is emitted too. */
  readonly #comparesResults: boolean;
  readonly #needsBefore: boolean;

  constructor(options: GroupAggregateOptions) {
    this.#options = options;
    const { handler, ttl, emitsUpdateBefore, hasRetraction } = options;
    this.#comparesResults = ttl === undefined && !handler.changesAlways;
    this.#needsBefore = this.#comparesResults || emitsUpdateBefore || hasRetraction;
    this.elements = [options.isBatch
      ? (row: TableRow) => this.#gather(row)
      : (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  }

  openWith({ backend }: TableFunctionContext): void {
    const { handler, ttl } = this.#options;
    this.#backend = backend;
    this.#accumulators = backend.getState({ kind: 'value', name: STATE_NAME, type: handler.accumulatorType, ttl, isOwned: isOwnedInState(handler.accumulatorType) }) as ValueState<Accumulator>;
    this.#views = keyedStateViews(backend, handler.views, ttl);
  }

  /** Where accumulators lie in columns. */
  createBatchLoop(schema: Schema, output: Output): ViewBatchLoop | undefined {
    const { handler, keyFields, isBatch, emitsUpdateBefore } = this.#options;
    const rows = numberRowsOf(this.#accumulators);
    if (rows === undefined) return undefined;
    return createColumnAggregateLoop({ source: handler.source, rows, views: this.#views, schema, keyFields, output, emitsResults: !isBatch, emitsUpdateBefore, comparesResults: this.#comparesResults });
  }

  onEndInput(_input: number, out: Collector<TableRow>): void {
    const { handler, isBatch, isGlobal } = this.#options;
    if (!isBatch) return;
    let count = 0;
    this.#backend.applyToKeys(STATE_NAME, (key) => {
      count++;
      out.collect(handler.result(key, this.#accumulators.value()!, this.#views, RowKind.INSERT));
    });
    if (count > 0 || !isGlobal) return;
    this.#backend.setCurrentKey(GLOBAL_KEY);
    out.collect(handler.result(GLOBAL_KEY, handler.create(), this.#views, RowKind.INSERT));
  }

  #gather(row: TableRow): void {
    const { handler } = this.#options;
    const accumulator = this.#accumulators.value() ?? handler.create();
    handler.accumulate(accumulator, this.#views, row);
    this.#accumulators.update(accumulator);
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { handler, emitsUpdateBefore } = this.#options;
    const views = this.#views;
    const key = this.#backend.currentKey;
    const isAdded = isAccumulate(kindOf(row));
    let accumulator = this.#accumulators.value();
    const isFirst = accumulator === null;
    if (accumulator === null) {
      // A row taken back whose key has expired or never was: nothing to take it from.
      if (!isAdded) return;
      accumulator = handler.create();
    } else if (this.#needsBefore) {
      handler.remember(accumulator, views);
    }
    if (isAdded) handler.accumulate(accumulator, views, row);
    else handler.retract(accumulator, views, row);
    if (handler.rowCount(accumulator) <= 0) {
      this.#accumulators.clear();
      for (const view of views) view.clear();
      if (!isFirst) out.collect(handler.remembered(key, RowKind.DELETE));
      return;
    }
    this.#accumulators.update(accumulator);
    if (isFirst) {
      out.collect(handler.result(key, accumulator, views, RowKind.INSERT));
      return;
    }
    if (this.#comparesResults && !handler.hasChanged(accumulator, views)) return;
    if (emitsUpdateBefore) out.collect(handler.remembered(key, RowKind.UPDATE_BEFORE));
    out.collect(handler.result(key, accumulator, views, RowKind.UPDATE_AFTER));
  }
}
