// In front of an upsert sink whose primary key is not what identifies the rows of the query: several rows may have one key. All rows of
// a key are kept, so that taking one back brings another to light. Which of them the sink holds is what ON CONFLICT says.
import { Types, type TypeInformation } from '#core/types/type-information';
import type { StateTtlConfig, ValueState } from '#state/keyed/keyed-state';
import type { Collector, TimerService } from '#streaming/process/process-functions';
import { TableError } from '#table/errors';
import type { KeyedTableFunction, TableFunctionContext } from '#table/runtime/keyed-table-function';
import { isAccumulate, kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';

export interface UpsertMaterializeOptions {
  /** Of the input, with `$kind` where it brings changes. */
  readonly rowType: TypeInformation;
  /** DEDUPLICATE: the last row counts. NOTHING: the first. ERROR: there may be one. The latter two are decided when the watermark advances. */
  readonly onConflict: 'DEDUPLICATE' | 'NOTHING' | 'ERROR';
  /** Whether a row is the one to be taken back: by the key of the query, or as a whole. */
  readonly equal: (a: TableRow, b: TableRow) => boolean;
  /** The query has a key: a row replaces the one before of its key. */
  readonly hasKey: boolean;
  readonly emit: (row: TableRow, kind: number) => TableRow;
  readonly ttl: StateTtlConfig | undefined;
  readonly sinkName: string;
}

interface Held {
  readonly rows: readonly TableRow[];
  /** Changes since the last watermark. */
  readonly pending: readonly TableRow[];
}

/** Earliest time at which a timer can be set: before the first watermark. */
const EARLIEST = Number.MIN_SAFE_INTEGER;

export class UpsertMaterializeFunction implements KeyedTableFunction {
  readonly elements: KeyedTableFunction['elements'];
  readonly onTimer = (_timestamp: number, _context: unknown, out: Collector<TableRow>): void => this.#settle(out);
  readonly #options: UpsertMaterializeOptions;
  #state!: ValueState<Held>;
  #timers!: TimerService;

  constructor(options: UpsertMaterializeOptions) {
    this.#options = options;
    this.elements = [options.onConflict === 'DEDUPLICATE' ? (row: TableRow, _context: unknown, out: Collector<TableRow>) => this.#deduplicate(row, out) : (row: TableRow) => this.#wait(row)];
  }

  openWith({ backend, timers }: TableFunctionContext): void {
    const { rowType, ttl } = this.#options;
    this.#timers = timers;
    const rows = Types.LIST(rowType);
    this.#state = backend.getState({ kind: 'value', name: 'sink-upsert-materializer', type: Types.ROW({ rows, pending: rows }), ttl }) as ValueState<Held>;
  }

  #deduplicate(row: TableRow, out: Collector<TableRow>): void {
    const { emit } = this.#options;
    const rows = this.#state.value()?.rows ?? [];
    const after = this.#applied(rows, row);
    this.#keep({ rows: after, pending: [] });
    if (isAccumulate(kindOf(row))) {
      out.collect(emit(row, rows.length === 0 ? RowKind.INSERT : RowKind.UPDATE_AFTER));
      return;
    }
    const last = after.at(-1);
    if (last === undefined) {
      if (rows.length > 0) out.collect(emit(row, RowKind.DELETE));
    } else if (last !== rows.at(-1)) {
      out.collect(emit(last, RowKind.UPDATE_AFTER));
    }
  }

  #wait(row: TableRow): void {
    const { rows, pending } = this.#state.value() ?? { rows: [], pending: [] };
    this.#state.update({ rows, pending: [...pending, row] });
    this.#timers.registerEventTimeTimer(Math.max(this.#timers.currentWatermark(), EARLIEST) + 1);
  }

  #settle(out: Collector<TableRow>): void {
    const { emit, onConflict, sinkName } = this.#options;
    const held = this.#state.value();
    if (held === null || held.pending.length === 0) return;
    const after = held.pending.reduce<readonly TableRow[]>((rows, row) => this.#applied(rows, row), held.rows);
    if (onConflict === 'ERROR' && after.length > 1) throw new TableError('TABLE_CONSTRAINT_VIOLATED', `Primary key constraint violation in sink table '${sinkName}': ${after.length} rows have one key. Write ON CONFLICT DO DEDUPLICATE or DO NOTHING to choose one`);
    this.#keep({ rows: after, pending: [] });
    const [before, now] = [held.rows[0], after[0]];
    if (before === now) return;
    if (now === undefined) out.collect(emit(before!, RowKind.DELETE));
    else out.collect(emit(now, before === undefined ? RowKind.INSERT : RowKind.UPDATE_AFTER));
  }

  #applied(rows: readonly TableRow[], row: TableRow): readonly TableRow[] {
    const { equal, hasKey } = this.#options;
    const at = rows.findIndex((other) => equal(other, row));
    if (isAccumulate(kindOf(row))) return at < 0 || !hasKey ? [...rows, row] : [...rows.slice(0, at), row, ...rows.slice(at + 1)];
    return at < 0 ? rows : [...rows.slice(0, at), ...rows.slice(at + 1)];
  }

  #keep(held: Held): void {
    if (held.rows.length === 0) this.#state.clear();
    else this.#state.update(held);
  }
}
