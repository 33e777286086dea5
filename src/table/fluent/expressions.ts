// Where column expressions begin: columns, literals, and calls that belong to no operand.
import { call, ColumnExpression, made, operand, type AnyExpression, type Numeric, type Operand } from '#table/fluent/column-expression';
import { literalText, nameText } from '#table/fluent/literal-text';

export { call };

/** A column by its name, `db.t.a` for a field of a row being `$('a').get('b')`. `*` stands for all. */
export function $<T = any>(name: string): ColumnExpression<T> { // any: a column whose type the program does not say
  return new ColumnExpression<T>(name === '*' ? '*' : nameText([name]));
}

/** A value. @param type SQL text, where its own is not meant: `lit(1, 'BIGINT')`. */
export function lit<T>(value: T, type?: string): Literal<T> {
  const text = literalText(value);
  return new Literal<T>(type === undefined ? text : `CAST(${text} AS ${type})`, value);
}

/** A value that may also count a span of time or rows. */
export class Literal<T> extends ColumnExpression<T> {
  readonly #value: T;

  constructor(sql: string, value: T) {
    super(sql);
    this.#value = value;
  }

  get milli(): Interval { return this.millis(); }
  millis(): Interval { return new Interval(Number(this.#value)); }
  seconds(): Interval { return new Interval(Number(this.#value) * 1000); }
  minutes(): Interval { return new Interval(Number(this.#value) * 60_000); }
  hours(): Interval { return new Interval(Number(this.#value) * 3_600_000); }
  days(): Interval { return new Interval(Number(this.#value) * 86_400_000); }
  months(): ColumnExpression<Date> { return new ColumnExpression<Date>(`INTERVAL '${Number(this.#value)}' MONTH`); }
  years(): ColumnExpression<Date> { return new ColumnExpression<Date>(`INTERVAL '${Number(this.#value)}' YEAR`); }
  /** As many rows: of windows over rows. */
  rows(): RowCount { return { rowCount: Number(this.#value) }; }
}

export interface RowCount {
  readonly rowCount: number;
}

/** A span of time. */
export class Interval extends ColumnExpression<any> { // any: is added to times
  readonly ms: number;

  constructor(ms: number) {
    const sign = ms < 0 ? '-' : '';
    const whole = Math.floor(Math.abs(ms) / 1000);
    super(`INTERVAL ${sign}'${whole}.${String(Math.abs(ms) % 1000).padStart(3, '0')}' SECOND(${Math.max(2, String(whole).length)}, 3)`);
    this.ms = ms;
  }
}

export const UNBOUNDED_ROW = { bound: 'UNBOUNDED', unit: 'ROWS' } as const;
export const UNBOUNDED_RANGE = { bound: 'UNBOUNDED', unit: 'RANGE' } as const;
export const CURRENT_ROW = { bound: 'CURRENT', unit: 'ROWS' } as const;
export const CURRENT_RANGE = { bound: 'CURRENT', unit: 'RANGE' } as const;

export const and = (first: Operand<boolean>, ...more: readonly Operand<boolean>[]): ColumnExpression<boolean> => (more.length === 0 ? operand(first) : operand(first).and(more[0]!, ...more.slice(1)));
export const or = (first: Operand<boolean>, ...more: readonly Operand<boolean>[]): ColumnExpression<boolean> => (more.length === 0 ? operand(first) : operand(first).or(more[0]!, ...more.slice(1)));
export const not = (condition: ColumnExpression<boolean>): ColumnExpression<boolean> => condition.not();
export const coalesce = <T>(first: Operand<T>, ...more: readonly Operand<T>[]): ColumnExpression<NonNullable<T>> => call('COALESCE', first, ...more);
export const ifThenElse = <T>(condition: ColumnExpression<boolean>, yes: Operand<T>, no: Operand<T>): ColumnExpression<T> => condition.thenElse(yes, no);
export const nullOf = <T = any>(type: string): ColumnExpression<T | null> => new ColumnExpression<T | null>(`CAST(NULL AS ${type})`); // any: as $
export const countAll = (): ColumnExpression<number> => new ColumnExpression<number>('COUNT(*)');
export const array = <T>(first: Operand<T>, ...more: readonly Operand<T>[]): ColumnExpression<T[]> => made(['ARRAY[', ...separated([first, ...more]), ']']);
export const map = <K, V>(...entries: readonly (readonly [Operand<K>, Operand<V>])[]): ColumnExpression<Map<K, V>> => made(['MAP[', ...separated(entries.flat()), ']']);
export const row = (...values: readonly Operand<any>[]): ColumnExpression<object> => made(['ROW(', ...separated(values), ')']); // any: fields of every type
export const currentDate = (): ColumnExpression<Date> => new ColumnExpression<Date>('CURRENT_DATE');
export const currentTimestamp = (): ColumnExpression<Date> => new ColumnExpression<Date>('CURRENT_TIMESTAMP');
export const localTimestamp = (): ColumnExpression<Date> => new ColumnExpression<Date>('LOCALTIMESTAMP');
export const currentWatermark = (rowtime: AnyExpression): ColumnExpression<Date> => call('CURRENT_WATERMARK', rowtime);
export const rand = (): ColumnExpression<number> => call('RAND');
export const uuid = (): ColumnExpression<string> => call('UUID');
export const pi = (): ColumnExpression<number> => call('PI');
export const concat = (first: Operand<string>, ...more: readonly Operand<string>[]): ColumnExpression<string> => call('CONCAT', first, ...more);
export const concatWs = (separator: Operand<string>, ...texts: readonly Operand<string>[]): ColumnExpression<string> => call('CONCAT_WS', separator, ...texts);
export const toTimestampLtz = (epoch: Operand<Numeric>, precision: 0 | 3 = 3): ColumnExpression<Date> => call('TO_TIMESTAMP_LTZ', epoch, precision);

function separated(values: readonly unknown[]): readonly (string | AnyExpression)[] {
  return values.flatMap((value, index) => [...(index === 0 ? [] : [', ']), operand(value)]);
}
