// A table of the Table API: a logical plan, and what can be done with it. Each call writes the SQL that it stands for over its input
// and has it validated at once, so a mistake is told where it is made. Immutable; nothing runs before `execute` or `executeInsert`.
import { $ } from '#table/fluent/expressions';
import { ColumnExpression, namedTable, type AnyExpression, type ExpressionTable } from '#table/fluent/column-expression';
import { GroupedTable, OverWindowedTable, WindowedTable } from '#table/fluent/grouped-table';
import { nameText } from '#table/fluent/literal-text';
import { columnList, selectList } from '#table/fluent/select-list';
import type { TableContext } from '#table/fluent/table-context';
import { TablePipeline } from '#table/fluent/table-pipeline';
import type { GroupWindow, OverWindow } from '#table/fluent/windows';
import type { TableResult } from '#table/api/table-result';
import { TableError } from '#table/errors';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { ExplainDetail } from '#table/parser/ast-statement';
import type { RowType } from '#table/types/logical-type';
import { summaryTypeText } from '#table/types/type-text';

export class Table {
  readonly logicalPlan: LogicalPlan;
  readonly #context: TableContext;
  #name: string | undefined;

  constructor(logicalPlan: LogicalPlan, context: TableContext) {
    this.logicalPlan = logicalPlan;
    this.#context = context;
  }

  get rowType(): RowType {
    return this.logicalPlan.rowType;
  }

  /** Names of the columns, in order. */
  get columnNames(): readonly string[] {
    return this.rowType.fields.map(({ name }) => name);
  }

  // ---- columns

  select(...columns: readonly AnyExpression[]): Table {
    return this.#over((self) => `SELECT ${selectList(columns)} FROM ${self}`, columns);
  }

  /** Other names, in order; the rest keep theirs. */
  as(...names: readonly string[]): Table {
    if (names.length > this.columnNames.length) throw new TableError('TABLE_API_INVALID', `as(): ${names.length} names are given, the table has ${this.columnNames.length} columns: ${this.columnNames.join(', ')}`);
    return this.select(...this.columnNames.map((name, index) => $(name).as(names[index] ?? name)));
  }

  addColumns(...columns: readonly AnyExpression[]): Table {
    const taken = columns.find(({ alias }) => alias !== undefined && this.columnNames.includes(alias[0]!));
    if (taken !== undefined) throw new TableError('TABLE_API_INVALID', `addColumns(): the table has a column ${taken.alias![0]!} already; addOrReplaceColumns() replaces it`);
    return this.select($('*'), ...columns);
  }

  addOrReplaceColumns(...columns: readonly AnyExpression[]): Table {
    const byName = new Map(columns.map((column) => [column.alias?.[0] ?? column.sql, column]));
    const kept = this.columnNames.map((name) => byName.get(name) ?? $(name));
    return this.select(...kept, ...columns.filter(({ alias }) => alias === undefined || !this.columnNames.includes(alias[0]!)));
  }

  /** `renameColumns($('a').as('b'))`. */
  renameColumns(...columns: readonly AnyExpression[]): Table {
    const names = new Map(columns.map((column) => [column.sql, column]));
    for (const column of columns) this.#require(column, 'renameColumns');
    return this.select(...this.columnNames.map((name) => names.get($(name).sql) ?? $(name)));
  }

  dropColumns(...columns: readonly AnyExpression[]): Table {
    for (const column of columns) this.#require(column, 'dropColumns');
    const dropped = new Set(columns.map(({ sql }) => sql));
    return this.select(...this.columnNames.map((name) => $(name)).filter(({ sql }) => !dropped.has(sql)));
  }

  /** One row for each, from a function that gives a ROW: its fields become the columns. */
  map(expression: AnyExpression): Table {
    return this.select(expression.as('$row')).#fieldsOf('$row', expression.alias);
  }

  /** Rows of a table function for each row. */
  flatMap(expression: AnyExpression): Table {
    return this.#over((self) => `SELECT $f.* FROM ${self}, LATERAL TABLE(${expression.sql}) AS $f${columnList(expression)}`, [expression]);
  }

  // ---- rows

  where(condition: ColumnExpression<boolean>): Table {
    return this.#over((self) => `SELECT * FROM ${self} WHERE ${condition.sql}`, [condition]);
  }

  filter(condition: ColumnExpression<boolean>): Table {
    return this.where(condition);
  }

  distinct(): Table {
    return this.#over((self) => `SELECT DISTINCT * FROM ${self}`);
  }

  orderBy(...keys: readonly AnyExpression[]): Table {
    return this.#over((self) => `SELECT * FROM ${self} ORDER BY ${keys.map(({ sql }) => sql).join(', ')}`, keys);
  }

  /** Leaves the first rows of an ordered table out. */
  offset(offset: number): Table {
    return this.#limited({ offset: checkedCount('offset', offset) });
  }

  /** At most so many rows. */
  fetch(fetch: number): Table {
    return this.#limited({ limit: checkedCount('fetch', fetch) });
  }

  limit(fetch: number, offset = 0): Table {
    return this.#limited({ limit: checkedCount('limit', fetch), offset: checkedCount('limit', offset) });
  }

  // ---- groups

  groupBy(...keys: readonly AnyExpression[]): GroupedTable {
    return new GroupedTable(this, keys);
  }

  /** Group windows (`Tumble`, `Slide`, `Session`, `Cumulate`), or one or several `Over` windows. */
  window(window: GroupWindow): WindowedTable;
  window(...windows: readonly OverWindow[]): OverWindowedTable;
  window(first: GroupWindow | OverWindow, ...more: readonly OverWindow[]): WindowedTable | OverWindowedTable {
    return 'tableFunction' in first ? new WindowedTable(this, first) : new OverWindowedTable(this, [first, ...more]);
  }

  /** One aggregate over all rows: `aggregate(call('my_aggregate', $('a')).as('x'))`. */
  aggregate(expression: AnyExpression): Table {
    return this.select(expression);
  }

  /** Any number of rows of all rows, from a table aggregate function: `flatAggregate(call('top2', $('a')).as('value', 'rank'))`. */
  flatAggregate(expression: AnyExpression): Table {
    return this.tableAggregate([], expression);
  }

  // ---- joins

  join(right: Table, condition?: ColumnExpression<boolean>): Table {
    return this.#joined(right, condition === undefined ? 'CROSS JOIN' : 'JOIN', condition);
  }

  leftOuterJoin(right: Table, condition: ColumnExpression<boolean> = new ColumnExpression('TRUE')): Table {
    return this.#joined(right, 'LEFT JOIN', condition);
  }

  rightOuterJoin(right: Table, condition: ColumnExpression<boolean>): Table {
    return this.#joined(right, 'RIGHT JOIN', condition);
  }

  fullOuterJoin(right: Table, condition: ColumnExpression<boolean>): Table {
    return this.#joined(right, 'FULL JOIN', condition);
  }

  /** Each row with the rows that a table function makes of it. */
  joinLateral(tableFunction: AnyExpression, condition?: ColumnExpression<boolean>): Table {
    return this.#over((self) => `SELECT * FROM ${self} JOIN LATERAL TABLE(${tableFunction.sql}) AS $f${columnList(tableFunction)} ON ${condition?.sql ?? 'TRUE'}`, [tableFunction]);
  }

  /** Rows for which the function makes none stay, with NULLs. */
  leftOuterJoinLateral(tableFunction: AnyExpression): Table {
    return this.#over((self) => `SELECT * FROM ${self} LEFT JOIN LATERAL TABLE(${tableFunction.sql}) AS $f${columnList(tableFunction)} ON TRUE`, [tableFunction]);
  }

  // ---- sets

  union(right: Table): Table { return this.#set('UNION', right); }
  unionAll(right: Table): Table { return this.#set('UNION ALL', right); }
  intersect(right: Table): Table { return this.#set('INTERSECT', right); }
  intersectAll(right: Table): Table { return this.#set('INTERSECT ALL', right); }
  minus(right: Table): Table { return this.#set('EXCEPT', right); }
  minusAll(right: Table): Table { return this.#set('EXCEPT ALL', right); }

  // ---- ends

  /** Starts a job that gives the rows back. */
  execute(): Promise<TableResult> {
    return this.#context.execute(this.logicalPlan);
  }

  insertInto(path: string, options: { readonly isOverwrite?: boolean } = {}): TablePipeline {
    return new TablePipeline(this.#context.modification(path, this.logicalPlan, { isOverwrite: options.isOverwrite ?? false }), this.#context);
  }

  executeInsert(path: string, options: { readonly isOverwrite?: boolean } = {}): Promise<TableResult> {
    return this.insertInto(path, options).execute();
  }

  explain(...details: readonly ExplainDetail[]): string {
    return this.#context.explain(this.logicalPlan, details);
  }

  /** As Flink prints a schema. */
  printSchema(): string {
    return `(\n${this.rowType.fields.map(({ name, type }) => `  \`${name}\` ${summaryTypeText(type)}`).join(',\n')}\n)`;
  }

  /** A name under which SQL finds the table: it may stand in a template, `SELECT * FROM ${table}`. */
  toString(): string {
    this.#name ??= this.#context.register(this.logicalPlan);
    return nameText([this.#name]);
  }

  /** The plan of a query over this table, which `write` is given the name of. Used by grouped and windowed tables. */
  derived(write: (self: string) => string, expressions: readonly AnyExpression[] = []): Table {
    return this.#over(write, expressions);
  }

  /** Used by grouped tables. */
  tableAggregate(keys: readonly AnyExpression[], expression: AnyExpression): Table {
    const self = namedTable(this.logicalPlan);
    const query = `SELECT ${[...keys, expression].map(({ sql }) => sql).join(', ')} FROM ${nameText([self.name])}`;
    return new Table(this.#context.tableAggregate(query, expression.alias, [self, ...[...keys, expression].flatMap(({ tables }) => tables)]), this.#context);
  }

  #over(write: (self: string) => string, expressions: readonly AnyExpression[] = [], more: readonly ExpressionTable[] = []): Table {
    const self = namedTable(this.logicalPlan);
    return new Table(this.#context.plan(write(nameText([self.name])), [self, ...more, ...expressions.flatMap(({ tables }) => tables)]), this.#context);
  }

  #joined(right: Table, join: string, condition: ColumnExpression<boolean> | undefined): Table {
    const both = right.columnNames.filter((name) => this.columnNames.includes(name));
    if (both.length > 0) throw new TableError('TABLE_API_INVALID', `join relations with ambiguous names: [${both.join(', ')}]; give them others with as() or renameColumns()`);
    const other = namedTable(right.logicalPlan);
    return this.#over((self) => `SELECT * FROM ${self} ${join} ${nameText([other.name])}${condition === undefined ? '' : ` ON ${condition.sql}`}`, condition === undefined ? [] : [condition], [other]);
  }

  #set(operator: string, right: Table): Table {
    const other = namedTable(right.logicalPlan);
    return this.#over((self) => `SELECT * FROM ${self} ${operator} SELECT * FROM ${nameText([other.name])}`, [], [other]);
  }

  /** The limits of an ordered table belong to its order. */
  #limited({ offset, limit }: { readonly offset?: number; readonly limit?: number }): Table {
    const plan = this.logicalPlan;
    const sorted: LogicalPlan & { readonly kind: 'sort' } = plan.kind === 'sort' && plan.limit === undefined ? plan : { kind: 'sort', input: plan, keys: [], offset: 0, limit: undefined, rowType: plan.rowType };
    return new Table({ ...sorted, offset: offset ?? sorted.offset, limit: limit ?? sorted.limit }, this.#context);
  }

  #fieldsOf(column: string, names: readonly string[] | undefined): Table {
    const { type } = this.rowType.fields.find(({ name }) => name === column)!;
    if (type.kind !== 'ROW' && type.kind !== 'STRUCTURED') return this.select($(column).as(names?.[0] ?? '_c0'));
    return this.#over((self) => `SELECT ${type.fields.map(({ name }, index) => `${nameText([column])}.${nameText([name])} AS ${nameText([names?.[index] ?? name])}`).join(', ')} FROM ${self}`);
  }

  #require(column: AnyExpression, method: string): void {
    if (!this.columnNames.some((name) => $(name).sql === column.sql)) throw new TableError('TABLE_API_INVALID', `${method}(): the table has no column ${column.sql}; it has ${this.columnNames.join(', ')}`);
  }
}

function checkedCount(method: string, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new TableError('TABLE_API_INVALID', `${method}(): ${String(count)} is no number of rows: give a whole number from 0 up`);
  return count;
}
