// Column expressions of the Table API: each holds the SQL that it stands for, so that names, types and functions mean exactly what they
// mean in SQL, and mistakes are told in the same words. Immutable. The type parameter is that of the values in the program: it only
// keeps a number from being compared with a text.
import { literalText, nameText } from '#table/fluent/literal-text';
import type { LogicalPlan } from '#table/logical/logical-plan';
import { stringText } from '#table/printer/sql-text';

/** An expression, or a value that stands for itself. */
export type Operand<T> = ColumnExpression<T> | T;
export type Numeric = number | bigint;
export type AnyExpression = ColumnExpression<any>; // any: expressions of whatever type
/** Units of EXTRACT, FLOOR and CEIL. */
export type TimeUnit = 'MILLENNIUM' | 'CENTURY' | 'DECADE' | 'YEAR' | 'QUARTER' | 'MONTH' | 'WEEK' | 'DAY' | 'HOUR' | 'MINUTE' | 'SECOND' | 'MILLISECOND' | 'MICROSECOND' | 'NANOSECOND' | 'DOW' | 'DOY' | 'EPOCH';

/** A table within an expression: of `in`. */
export interface ExpressionTable {
  readonly name: string;
  readonly plan: LogicalPlan;
}

interface ExpressionParts {
  readonly alias?: readonly string[] | undefined;
  readonly tables?: readonly ExpressionTable[];
  /** A call of COUNT, SUM …: DISTINCT can be put into it. */
  readonly aggregate?: { readonly name: string; readonly argument: string };
}

export class ColumnExpression<T = any> { // any: a column whose type the program does not say
  /** Closed in itself: may stand as an operand. */
  readonly sql: string;
  readonly alias: readonly string[] | undefined;
  readonly tables: readonly ExpressionTable[];
  readonly #aggregate: ExpressionParts['aggregate'];
  declare readonly valueType: T;

  constructor(sql: string, { alias, tables = [], aggregate }: ExpressionParts = {}) {
    this.sql = sql;
    this.alias = alias;
    this.tables = tables;
    this.#aggregate = aggregate;
  }

  /** Names the column; several names where it is a table function's. */
  as(name: string, ...more: readonly string[]): ColumnExpression<T> {
    return new ColumnExpression<T>(this.sql, { alias: [name, ...more], tables: this.tables });
  }

  // ---- conditions

  and(other: Operand<boolean>, ...more: readonly Operand<boolean>[]): ColumnExpression<boolean> { return joined(' AND ', [this, other, ...more]); }
  or(other: Operand<boolean>, ...more: readonly Operand<boolean>[]): ColumnExpression<boolean> { return joined(' OR ', [this, other, ...more]); }
  not(): ColumnExpression<boolean> { return made(['(NOT ', this, ')']); }
  isEqual(other: Operand<T | null>): ColumnExpression<boolean> { return joined(' = ', [this, other]); }
  isNotEqual(other: Operand<T | null>): ColumnExpression<boolean> { return joined(' <> ', [this, other]); }
  isLess(other: Operand<T>): ColumnExpression<boolean> { return joined(' < ', [this, other]); }
  isLessOrEqual(other: Operand<T>): ColumnExpression<boolean> { return joined(' <= ', [this, other]); }
  isGreater(other: Operand<T>): ColumnExpression<boolean> { return joined(' > ', [this, other]); }
  isGreaterOrEqual(other: Operand<T>): ColumnExpression<boolean> { return joined(' >= ', [this, other]); }
  between(lower: Operand<T>, upper: Operand<T>): ColumnExpression<boolean> { return made(['(', this, ' BETWEEN ', operand(lower), ' AND ', operand(upper), ')']); }
  notBetween(lower: Operand<T>, upper: Operand<T>): ColumnExpression<boolean> { return made(['(', this, ' NOT BETWEEN ', operand(lower), ' AND ', operand(upper), ')']); }
  isNull(): ColumnExpression<boolean> { return made(['(', this, ' IS NULL)']); }
  isNotNull(): ColumnExpression<boolean> { return made(['(', this, ' IS NOT NULL)']); }
  isTrue(): ColumnExpression<boolean> { return made(['(', this, ' IS TRUE)']); }
  isNotTrue(): ColumnExpression<boolean> { return made(['(', this, ' IS NOT TRUE)']); }
  isFalse(): ColumnExpression<boolean> { return made(['(', this, ' IS FALSE)']); }
  isNotFalse(): ColumnExpression<boolean> { return made(['(', this, ' IS NOT FALSE)']); }

  /** One of the values, or of the rows of a table of one column. */
  in(first: Operand<T> | { readonly logicalPlan: LogicalPlan }, ...more: readonly Operand<T>[]): ColumnExpression<boolean> {
    if (typeof first === 'object' && first !== null && 'logicalPlan' in first) {
      const table = namedTable(first.logicalPlan);
      return new ColumnExpression<boolean>(`(${this.sql} IN (SELECT * FROM ${nameText([table.name])}))`, { tables: [...this.tables, table] });
    }
    const values = [first, ...more].flatMap((value, index) => [...(index === 0 ? [] : [', ']), operand(value)]);
    return made(['(', this, ' IN (', ...values, '))']);
  }

  /** `yes` where this condition holds; Flink's `then`, which in JavaScript would make a promise of it. */
  thenElse<R>(yes: Operand<R>, no: Operand<R>): ColumnExpression<R> { return made(['(CASE WHEN ', this, ' THEN ', operand(yes), ' ELSE ', operand(no), ' END)']); }
  ifNull(other: Operand<T>): ColumnExpression<NonNullable<T>> { return call('IFNULL', this, other); }

  // ---- numbers

  plus(this: ColumnExpression<any>, other: Operand<T>): ColumnExpression<T> { return joined(' + ', [this, other]); } // any: intervals are added to times
  minus(this: ColumnExpression<any>, other: Operand<T>): ColumnExpression<T> { return joined(' - ', [this, other]); } // any: as plus
  times(this: ColumnExpression<Numeric>, other: Operand<Numeric>): ColumnExpression<T> { return joined(' * ', [this, other]); }
  dividedBy(this: ColumnExpression<Numeric>, other: Operand<Numeric>): ColumnExpression<T> { return joined(' / ', [this, other]); }
  mod(this: ColumnExpression<Numeric>, other: Operand<Numeric>): ColumnExpression<T> { return call('MOD', this, other); }
  power(this: ColumnExpression<Numeric>, exponent: Operand<Numeric>): ColumnExpression<number> { return call('POWER', this, exponent); }
  negative(this: ColumnExpression<Numeric>): ColumnExpression<T> { return made(['(- ', this, ')']); }
  abs(this: ColumnExpression<Numeric>): ColumnExpression<T> { return call('ABS', this); }
  sqrt(this: ColumnExpression<Numeric>): ColumnExpression<number> { return call('SQRT', this); }
  exp(this: ColumnExpression<Numeric>): ColumnExpression<number> { return call('EXP', this); }
  ln(this: ColumnExpression<Numeric>): ColumnExpression<number> { return call('LN', this); }
  round(this: ColumnExpression<Numeric>, digits: Operand<number> = 0): ColumnExpression<T> { return call('ROUND', this, digits); }

  /** Of a number, or of a time to the whole `unit`. */
  floor(unit?: TimeUnit): ColumnExpression<T> { return unit === undefined ? call('FLOOR', this) : made(['FLOOR(', this, ` TO ${unit})`]); }
  ceil(unit?: TimeUnit): ColumnExpression<T> { return unit === undefined ? call('CEIL', this) : made(['CEIL(', this, ` TO ${unit})`]); }

  // ---- texts

  like(this: ColumnExpression<string>, pattern: Operand<string>): ColumnExpression<boolean> { return joined(' LIKE ', [this, pattern]); }
  similar(this: ColumnExpression<string>, pattern: Operand<string>): ColumnExpression<boolean> { return joined(' SIMILAR TO ', [this, pattern]); }
  concat(this: ColumnExpression<string>, other: Operand<string>): ColumnExpression<string> { return joined(' || ', [this, other]); }
  upperCase(this: ColumnExpression<string>): ColumnExpression<string> { return call('UPPER', this); }
  lowerCase(this: ColumnExpression<string>): ColumnExpression<string> { return call('LOWER', this); }
  charLength(this: ColumnExpression<string>): ColumnExpression<number> { return call('CHAR_LENGTH', this); }
  trim(this: ColumnExpression<string>): ColumnExpression<string> { return call('TRIM', this); }
  /** @param begin counts from 1. */
  substring(this: ColumnExpression<string>, begin: Operand<number>, length?: Operand<number>): ColumnExpression<string> { return length === undefined ? call('SUBSTRING', this, begin) : call('SUBSTRING', this, begin, length); }
  replace(this: ColumnExpression<string>, search: Operand<string>, replacement: Operand<string>): ColumnExpression<string> { return call('REPLACE', this, search, replacement); }
  regexpReplace(this: ColumnExpression<string>, pattern: Operand<string>, replacement: Operand<string>): ColumnExpression<string> { return call('REGEXP_REPLACE', this, pattern, replacement); }
  regexpExtract(this: ColumnExpression<string>, pattern: Operand<string>, group: Operand<number> = 0): ColumnExpression<string> { return call('REGEXP_EXTRACT', this, pattern, group); }

  // ---- types and parts

  /** @param type SQL text: `BIGINT`, `DECIMAL(10, 2)`. */
  cast<R = any>(type: string): ColumnExpression<R> { return made(['CAST(', this, ` AS ${type})`]); } // any: the program may not say it
  tryCast<R = any>(type: string): ColumnExpression<R> { return made(['TRY_CAST(', this, ` AS ${type})`]); } // any: as cast
  extract(unit: TimeUnit): ColumnExpression<number> { return made([`EXTRACT(${unit} FROM `, this, ')']); }
  toDate(): ColumnExpression<Date> { return made(['CAST(', this, ' AS DATE)']); }
  toTimestamp(): ColumnExpression<Date> { return made(['CAST(', this, ' AS TIMESTAMP(3))']); }
  /** A field of a row. */
  get<R = any>(field: string): ColumnExpression<R> { return made(['(', this, `).${nameText([field])}`]); } // any: as cast
  /** An element of an array (from 1) or the value of a map's key. */
  at<R = any>(index: Operand<unknown>): ColumnExpression<R> { return made([this, '[', operand(index), ']']); } // any: as cast
  cardinality(): ColumnExpression<number> { return call('CARDINALITY', this); }
  element<R = any>(): ColumnExpression<R> { return call('ELEMENT', this); } // any: as cast

  // ---- order

  asc(): ColumnExpression<T> { return new ColumnExpression<T>(`${this.sql} ASC`, { tables: this.tables }); }
  desc(): ColumnExpression<T> { return new ColumnExpression<T>(`${this.sql} DESC`, { tables: this.tables }); }

  // ---- aggregates

  count(): ColumnExpression<number> { return this.#aggregated('COUNT'); }
  sum(this: ColumnExpression<Numeric>): ColumnExpression<T> { return this.#aggregated('SUM'); }
  /** 0 in place of NULL where there is no row. */
  sum0(this: ColumnExpression<Numeric>): ColumnExpression<T> { return call('COALESCE', this.#aggregated('SUM'), 0 as never); }
  avg(this: ColumnExpression<Numeric>): ColumnExpression<T> { return this.#aggregated('AVG'); }
  min(): ColumnExpression<T> { return this.#aggregated('MIN'); }
  max(): ColumnExpression<T> { return this.#aggregated('MAX'); }
  stddevPop(this: ColumnExpression<Numeric>): ColumnExpression<number> { return this.#aggregated('STDDEV_POP'); }
  stddevSamp(this: ColumnExpression<Numeric>): ColumnExpression<number> { return this.#aggregated('STDDEV_SAMP'); }
  varPop(this: ColumnExpression<Numeric>): ColumnExpression<number> { return this.#aggregated('VAR_POP'); }
  varSamp(this: ColumnExpression<Numeric>): ColumnExpression<number> { return this.#aggregated('VAR_SAMP'); }
  collect(): ColumnExpression<Map<T, number>> { return this.#aggregated('COLLECT'); }
  firstValue(): ColumnExpression<T> { return this.#aggregated('FIRST_VALUE'); }
  lastValue(): ColumnExpression<T> { return this.#aggregated('LAST_VALUE'); }
  listAgg(this: ColumnExpression<string>, separator = ','): ColumnExpression<string> { return made(['LISTAGG(', this, `, ${stringText(separator)})`]); }

  /** Of an aggregate: over each value once. */
  distinct(): ColumnExpression<T> {
    const { name, argument } = this.#aggregate ?? { name: 'DISTINCT', argument: this.sql };
    return new ColumnExpression<T>(this.#aggregate === undefined ? `DISTINCT ${argument}` : `${name}(DISTINCT ${argument})`, { tables: this.tables });
  }

  /** Of an aggregate: over the rows for which the condition holds. */
  filter(condition: ColumnExpression<boolean>): ColumnExpression<T> { return made([this, ' FILTER (WHERE ', condition, ')']); }

  /** Over a window that `window` of the table defines: `$('w')`. */
  over(window: ColumnExpression): ColumnExpression<T> { return made([this, ' OVER ', window]); }

  // ---- windows: of the name that a window was given

  start(): ColumnExpression<Date> { return new ColumnExpression<Date>(windowPart(this.sql, 'window_start'), { alias: ['window_start'] }); }
  end(): ColumnExpression<Date> { return new ColumnExpression<Date>(windowPart(this.sql, 'window_end'), { alias: ['window_end'] }); }
  rowtime(): ColumnExpression<Date> { return new ColumnExpression<Date>(windowPart(this.sql, 'window_time'), { alias: ['window_time'] }); }
  proctime(): ColumnExpression<Date> { return this.rowtime(); }

  /** For error messages and logs. */
  toString(): string {
    return this.alias === undefined ? this.sql : `${this.sql} AS ${nameText(this.alias)}`;
  }

  #aggregated<R>(name: string): ColumnExpression<R> {
    return new ColumnExpression<R>(`${name}(${this.sql})`, { tables: this.tables, aggregate: { name, argument: this.sql } });
  }
}

/** Marks a part of the window named in `sql`: the grouped table puts its column there. */
export const windowPart = (sql: string, part: string): string => `${sql}.${nameText([part])}`;

/** A call of any function by its name: built in, or of the program. */
export function call<R = any>(name: string, ...args: readonly Operand<any>[]): ColumnExpression<R> { // any: arguments are checked by their SQL types
  return made([`${/^\w+$/.test(name) ? name : nameText(name.split('.'))}(`, ...args.flatMap((argument, index) => [...(index === 0 ? [] : [', ']), operand(argument)]), ')']);
}

export function operand(value: unknown): AnyExpression {
  return value instanceof ColumnExpression ? value : new ColumnExpression(literalText(value));
}

/** Pieces of text and expressions, one after the other. */
export function made<R>(pieces: readonly (string | AnyExpression)[]): ColumnExpression<R> {
  const tables = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : piece.tables));
  return new ColumnExpression<R>(pieces.map((piece) => (typeof piece === 'string' ? piece : piece.sql)).join(''), { tables });
}

let tableCount = 0;

/** A name for a table within a statement, that no table of a catalog has. */
export function namedTable(plan: LogicalPlan): ExpressionTable {
  return { name: `$table${tableCount++}`, plan };
}

function joined<R>(operator: string, operands: readonly unknown[]): ColumnExpression<R> {
  return made(['(', ...operands.flatMap((value, index) => [...(index === 0 ? [] : [operator]), operand(value)]), ')']);
}
