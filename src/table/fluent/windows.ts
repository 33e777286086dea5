// Windows of the Table API. Group windows are the window table functions of SQL over the grouped table, OVER windows its WINDOW clause.
import type { AnyExpression } from '#table/fluent/column-expression';
import type { CURRENT_RANGE, CURRENT_ROW, Interval, RowCount, UNBOUNDED_RANGE, UNBOUNDED_ROW } from '#table/fluent/expressions';
import { TableError } from '#table/errors';

export interface GroupWindow {
  readonly alias: string;
  /** The FROM item: `TABLE(TUMBLE(…))` of a table. @param keys of the groups, which sessions are kept apart by. */
  tableFunction(table: string, keys: readonly string[]): string;
}

export interface OverWindow {
  readonly alias: string;
  /** What stands in the parentheses of `WINDOW w AS (…)`. */
  readonly definition: string;
}

/** A span of time; windows over rows are refused, as streams of SQL have none. */
export type WindowSize = Interval | RowCount;

class GroupWindowOnTime {
  readonly #write: (table: string, time: string, keys: readonly string[]) => string;
  readonly #time: string;

  constructor(time: AnyExpression, write: (table: string, time: string, keys: readonly string[]) => string) {
    this.#time = time.sql;
    this.#write = write;
  }

  as(alias: string): GroupWindow {
    return { alias, tableFunction: (table, keys) => this.#write(table, this.#time, keys) };
  }
}

class GroupWindowOfSize {
  readonly #write: (table: string, time: string, keys: readonly string[]) => string;

  constructor(write: (table: string, time: string, keys: readonly string[]) => string) {
    this.#write = write;
  }

  /** The time attribute that rows are put into windows by. */
  on(time: AnyExpression): GroupWindowOnTime {
    return new GroupWindowOnTime(time, this.#write);
  }
}

/** Windows of one size, one after the other. */
export const Tumble = {
  over: (size: WindowSize): GroupWindowOfSize => new GroupWindowOfSize((table, time) => `TABLE(TUMBLE(TABLE ${table}, DESCRIPTOR(${time}), ${sizeText('Tumble', size)}))`),
};

/** Windows of one size that begin every `slide`. */
export const Slide = {
  over: (size: WindowSize) => ({
    every: (slide: WindowSize): GroupWindowOfSize => new GroupWindowOfSize((table, time) => `TABLE(HOP(TABLE ${table}, DESCRIPTOR(${time}), ${sizeText('Slide', slide)}, ${sizeText('Slide', size)}))`),
  }),
};

/** Windows that end when nothing came for `gap`. */
export const Session = {
  withGap: (gap: WindowSize): GroupWindowOfSize => new GroupWindowOfSize((table, time, keys) => `TABLE(SESSION(TABLE ${table}${keys.length === 0 ? '' : ` PARTITION BY (${keys.join(', ')})`}, DESCRIPTOR(${time}), ${sizeText('Session', gap)}))`),
};

/** Windows that begin together and grow by `step` up to `maxSize`. */
export const Cumulate = {
  over: (maxSize: WindowSize) => ({
    step: (step: WindowSize): GroupWindowOfSize => new GroupWindowOfSize((table, time) => `TABLE(CUMULATE(TABLE ${table}, DESCRIPTOR(${time}), ${sizeText('Cumulate', step)}, ${sizeText('Cumulate', maxSize)}))`),
  }),
};

type Preceding = Interval | RowCount | typeof UNBOUNDED_ROW | typeof UNBOUNDED_RANGE;
type Following = typeof CURRENT_ROW | typeof CURRENT_RANGE;

class OverWindowOrdered {
  readonly #keys: string;
  readonly #frame: string;

  constructor(keys: string, frame: string) {
    this.#keys = keys;
    this.#frame = frame;
  }

  /** How far back it goes; without it, to the first row. */
  preceding(bound: Preceding): OverWindowOrdered {
    return new OverWindowOrdered(this.#keys, ` ${unitOf(bound)} BETWEEN ${'bound' in bound ? 'UNBOUNDED' : 'rowCount' in bound ? bound.rowCount : bound.sql} PRECEDING AND CURRENT ROW`);
  }

  /** Every window ends with the row itself. */
  following(bound: Following): OverWindowOrdered {
    if (this.#frame !== '' && !this.#frame.startsWith(` ${bound.unit}`)) throw new TableError('TABLE_API_INVALID', `an OVER window is of ROWS or of a RANGE: following() says ${bound.unit}, preceding() the other`);
    return this;
  }

  as(alias: string): OverWindow {
    return { alias, definition: `${this.#keys}${this.#frame}` };
  }
}

class OverWindowPartitioned {
  readonly #keys: string;

  constructor(keys: string) {
    this.#keys = keys;
  }

  orderBy(...keys: readonly AnyExpression[]): OverWindowOrdered {
    return new OverWindowOrdered(`${this.#keys}ORDER BY ${keys.map(({ sql }) => sql).join(', ')}`, '');
  }
}

export const Over = {
  partitionBy: (...keys: readonly AnyExpression[]): OverWindowPartitioned => new OverWindowPartitioned(`PARTITION BY ${keys.map(({ sql }) => sql).join(', ')} `),
  orderBy: (...keys: readonly AnyExpression[]): OverWindowOrdered => new OverWindowPartitioned('').orderBy(...keys),
};

function unitOf(bound: Preceding): 'ROWS' | 'RANGE' {
  return 'bound' in bound ? bound.unit : 'rowCount' in bound ? 'ROWS' : 'RANGE';
}

function sizeText(window: string, size: WindowSize): string {
  if ('rowCount' in size) throw new TableError('TABLE_NOT_SUPPORTED', `${window} over ${size.rowCount} rows is not supported: give a span of time, or an OVER window over rows`);
  return size.sql;
}
