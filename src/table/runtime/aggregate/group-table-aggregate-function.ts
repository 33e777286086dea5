// Table aggregation per key (Flink's GroupTableAggregate): after every row the key's rows are taken back and made anew, or the function
// says itself what has changed. Invariant: what is in state is what the rows that are out were made of; a key whose rows have all been
// taken back has no state and no rows. One per subtask.
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { KeyedStateBackend } from '#state/keyed/keyed-state-backend';
import type { Collector } from '#streaming/process/process-functions';
import type { TableAggregateImplementation } from '#table/functions/table-aggregate-definition';
import type { Accumulator, AggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isOwnedInState } from '#table/runtime/owned-rows';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface GroupTableAggregateOptions {
  /** Of the one function; only its accumulator is asked for. */
  readonly handler: AggregateHandler;
  readonly implementation: TableAggregateImplementation;
  readonly accumulatorOf: (stored: Accumulator) => unknown;
  readonly makeRow: (key: unknown, made: unknown, kind: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
}

const NO_VIEWS: readonly [] = [];

export class GroupTableAggregateFunction implements KeyedTableFunction {
  readonly elements = [(row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#process(row, out)];
  readonly #options: GroupTableAggregateOptions;
  #backend!: KeyedStateBackend;
  #accumulators!: ValueState<Accumulator>;

  constructor(options: GroupTableAggregateOptions) {
    this.#options = options;
  }

  openWith({ backend }: TableFunctionContext): void {
    const { handler, ttl } = this.#options;
    this.#backend = backend;
    this.#accumulators = backend.getState({ kind: 'value', name: 'accState', type: handler.accumulatorType, ttl, isOwned: isOwnedInState(handler.accumulatorType) }) as ValueState<Accumulator>;
  }

  #process(row: TableRow, out: Collector<TableRow>): void {
    const { handler, implementation } = this.#options;
    const isAdded = isAccumulate(kindOf(row));
    const stored = this.#accumulators.value();
    // A row taken back whose key has expired or never was: nothing to take it from.
    if (stored === null && !isAdded) return;
    const accumulator = stored ?? handler.create();
    const isWhole = implementation.emitUpdateWithRetract === undefined;
    if (isWhole && stored !== null) this.#emitValue(accumulator, RowKind.DELETE, out);
    if (isAdded) handler.accumulate(accumulator, NO_VIEWS, row);
    else handler.retract(accumulator, NO_VIEWS, row);
    const isEmpty = handler.rowCount(accumulator) <= 0;
    if (!isWhole) this.#emitUpdate(accumulator, out);
    else if (!isEmpty) this.#emitValue(accumulator, RowKind.INSERT, out);
    if (isEmpty) this.#accumulators.clear();
    else this.#accumulators.update(accumulator);
  }

  #emitValue(accumulator: Accumulator, kind: number, out: Collector<TableRow>): void {
    const { implementation, accumulatorOf, makeRow } = this.#options;
    const key = this.#backend.currentKey;
    for (const made of implementation.emitValue!(accumulatorOf(accumulator))) out.collect(makeRow(key, made, kind));
  }

  #emitUpdate(accumulator: Accumulator, out: Collector<TableRow>): void {
    const { implementation, accumulatorOf, makeRow } = this.#options;
    const key = this.#backend.currentKey;
    implementation.emitUpdateWithRetract!(accumulatorOf(accumulator), {
      collect: (made) => out.collect(makeRow(key, made, RowKind.INSERT)),
      retract: (made) => out.collect(makeRow(key, made, RowKind.DELETE)),
    });
  }
}
