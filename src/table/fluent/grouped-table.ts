// Tables on the way to an aggregate: grouped, windowed, windowed and grouped, or with OVER windows. `select` ends it.
import { ColumnExpression, windowPart, type AnyExpression } from '#table/fluent/column-expression';
import { $ } from '#table/fluent/expressions';
import { nameText } from '#table/fluent/literal-text';
import { selectList } from '#table/fluent/select-list';
import type { Table } from '#table/fluent/table';
import type { GroupWindow, OverWindow } from '#table/fluent/windows';
import { TableError } from '#table/errors';

export class GroupedTable {
  readonly #table: Table;
  readonly #keys: readonly AnyExpression[];

  constructor(table: Table, keys: readonly AnyExpression[]) {
    // A key with a name of its own becomes a column first, so that `select` can use the name.
    this.#table = keys.some(({ alias }) => alias !== undefined) ? table.addColumns(...keys.filter(({ alias }) => alias !== undefined)) : table;
    this.#keys = keys.map((key) => (key.alias === undefined ? key : $(key.alias[0]!)));
  }

  select(...columns: readonly AnyExpression[]): Table {
    return this.#table.derived((self) => `SELECT ${selectList(columns)} FROM ${self} GROUP BY ${this.#keys.map(({ sql }) => sql).join(', ')}`, columns);
  }

  /** The keys, then the result of the aggregate. */
  aggregate(expression: AnyExpression): Table {
    return this.select(...this.#keys, expression);
  }

  /** The keys, then the columns of the rows that a table aggregate function makes of each group. */
  flatAggregate(expression: AnyExpression): Table {
    return this.#table.tableAggregate(this.#keys, expression);
  }
}

/** With a group window: it must be among the keys of `groupBy`. */
export class WindowedTable {
  readonly #table: Table;
  readonly #window: GroupWindow;

  constructor(table: Table, window: GroupWindow) {
    this.#table = table;
    this.#window = window;
  }

  groupBy(...keys: readonly AnyExpression[]): WindowGroupedTable {
    const name = $(this.#window.alias).sql;
    if (!keys.some(({ sql }) => sql === name)) throw new TableError('TABLE_API_INVALID', `groupBy(): the window ${name} is not among the keys`);
    return new WindowGroupedTable(this.#table, this.#window, keys.filter(({ sql }) => sql !== name));
  }
}

const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'];

export class WindowGroupedTable {
  readonly #table: Table;
  readonly #window: GroupWindow;
  readonly #keys: readonly AnyExpression[];

  constructor(table: Table, window: GroupWindow, keys: readonly AnyExpression[]) {
    const named = keys.filter(({ alias }) => alias !== undefined);
    this.#table = named.length > 0 ? table.addColumns(...named) : table;
    this.#window = window;
    this.#keys = keys.map((key) => (key.alias === undefined ? key : $(key.alias[0]!)));
  }

  select(...columns: readonly AnyExpression[]): Table {
    const parts = new Map(WINDOW_COLUMNS.map((part) => [windowPart($(this.#window.alias).sql, part), nameText([part])]));
    const items = columns.map((column) => this.#withWindowColumns(column, parts));
    const isTimeUsed = columns.some(({ sql }) => sql.includes(windowPart($(this.#window.alias).sql, 'window_time')));
    const windowKeys = WINDOW_COLUMNS.slice(0, isTimeUsed ? 3 : 2).map((name) => nameText([name]));
    return this.#table.derived((self) => `SELECT ${selectList(items)} FROM ${this.#window.tableFunction(self, this.#keys.map(({ sql }) => sql))} GROUP BY ${[...windowKeys, ...this.#keys.map(({ sql }) => sql)].join(', ')}`, columns);
  }

  /** `w.start` is a column of the window's table. */
  #withWindowColumns(column: AnyExpression, parts: ReadonlyMap<string, string>): AnyExpression {
    let { sql } = column;
    for (const [part, name] of parts) sql = sql.replaceAll(part, name);
    return new ColumnExpression(sql, { alias: column.alias, tables: column.tables });
  }
}

export class OverWindowedTable {
  readonly #table: Table;
  readonly #windows: readonly OverWindow[];

  constructor(table: Table, windows: readonly OverWindow[]) {
    this.#table = table;
    this.#windows = windows;
  }

  select(...columns: readonly AnyExpression[]): Table {
    const windows = this.#windows.map(({ alias, definition }) => `${nameText([alias])} AS (${definition})`);
    return this.#table.derived((self) => `SELECT ${selectList(columns)} FROM ${self} WINDOW ${windows.join(', ')}`, columns);
  }
}
