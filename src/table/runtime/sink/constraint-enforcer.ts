// What a sink's column types ask of rows that are written to it: NOT NULL, and, where asked for, the lengths of CHAR, VARCHAR, BINARY
// and VARBINARY. As table.exec.sink.not-null-enforcer, table.exec.sink.type-length-enforcer and
// table.exec.sink.nested-constraint-enforcer say: the last tells how deep into a column the two look.
import { TableError } from '#table/errors';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, LENGTH_MAX, type LogicalType, type RowType } from '#table/types/logical-type';

export interface ConstraintOptions {
  readonly notNull: 'error' | 'drop';
  /** IGNORE, TRIM_PAD or ERROR. */
  readonly length: string;
  /** IGNORE, ROWS or ROWS_AND_COLLECTIONS. */
  readonly nested: string;
}

export interface ConstraintEnforcer {
  /** False drops the row; throws TABLE_CONSTRAINT_VIOLATED where that is the setting. */
  readonly filter: ((row: TableRow) => boolean) | undefined;
  /** Trims and pads. */
  readonly map: ((row: TableRow) => TableRow) | undefined;
}

/** Undefined where nothing has to be checked. */
export function createConstraintEnforcer(type: RowType, table: string, options: ConstraintOptions): ConstraintEnforcer | undefined {
  const checks = nullChecks(type, table, options);
  const lengths = options.length === 'ERROR' ? lengthChecks(type, table, options) : [];
  const trims = options.length === 'TRIM_PAD' ? lengthTrims(type, options) : [];
  if (checks.length + lengths.length + trims.length === 0) return undefined;
  return {
    filter: checks.length + lengths.length === 0 ? undefined : (row) => checks.every((check) => check(row)) && lengths.every((check) => check(row)),
    map: trims.length === 0 ? undefined : (row) => trims.reduce((trimmed, trim) => trim(trimmed), row),
  };
}

function nullChecks(type: RowType, table: string, options: ConstraintOptions): ((row: TableRow) => boolean)[] {
  const keys = fieldKeys(type);
  return type.fields.flatMap((field, index) => {
    const find = nullFinder(field.type, field.name, options);
    if (find === undefined) return [];
    return [(row: TableRow): boolean => {
      const place = find(row[keys[index]!]);
      if (place === undefined) return true;
      if (options.notNull === 'drop') return false;
      throw new TableError('TABLE_CONSTRAINT_VIOLATED', `Column '${place}' is NOT NULL, however, a null value is being written into it. You can set job configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such records silently.`, { context: { table, column: place } });
    }];
  });
}

function lengthChecks(type: RowType, table: string, options: ConstraintOptions): ((row: TableRow) => boolean)[] {
  const keys = fieldKeys(type);
  return type.fields.flatMap((field, index) => {
    const find = lengthFinder(field.type, field.name, options);
    if (find === undefined) return [];
    return [(row: TableRow): boolean => {
      const value = row[keys[index]!];
      const misfit = value === null ? undefined : find(value);
      if (misfit === undefined) return true;
      throw new TableError('TABLE_CONSTRAINT_VIOLATED', `Column '${misfit.column}' is ${misfit.type}, however, a value of length ${misfit.length} is being written into it. You can set job configuration 'table.exec.sink.type-length-enforcer' to control this behaviour.`, { context: { table, column: misfit.column } });
    }];
  });
}

/** Looks for a violation; undefined = the value has none. */
type Finder<T> = (value: any) => T | undefined; // any: values of every SQL type

/** Finds the first NULL that the type forbids; undefined when the type forbids none. */
function nullFinder(type: LogicalType, path: string, options: ConstraintOptions): Finder<string> | undefined {
  const inner = nestedFinder(type, path, options, nullFinder);
  if (type.isNullable) return inner === undefined ? undefined : (value) => (value === null ? undefined : inner(value));
  return (value) => (value === null ? path : inner?.(value));
}

interface Misfit {
  readonly column: string;
  readonly type: string;
  readonly length: number;
}

/** Finds the first value that is too long, or too short for a type of fixed length. Sees no NULL at its own level. */
function lengthFinder(type: LogicalType, path: string, options: ConstraintOptions): Finder<Misfit> | undefined {
  if (isLengthLimited(type)) {
    const fits = isFixed(type) ? (length: number): boolean => length === type.length : (length: number): boolean => length <= type.length;
    return ({ length }: { readonly length: number }) => (fits(length) ? undefined : { column: path, type: `${type.kind}(${type.length})`, length });
  }
  return nestedFinder(type, path, options, (inner, innerPath) => {
    const find = lengthFinder(inner, innerPath, options);
    return find === undefined ? undefined : (value) => (value === null ? undefined : find(value));
  });
}

/** Applies a search to what is nested in a value, as deep as the options say. */
function nestedFinder<T>(type: LogicalType, path: string, options: ConstraintOptions, finderOf: (type: LogicalType, path: string, options: ConstraintOptions) => Finder<T> | undefined): Finder<T> | undefined {
  if (options.nested === 'IGNORE') return undefined;
  if (type.kind === 'ROW' || type.kind === 'STRUCTURED') {
    const keys = fieldKeys(type);
    const finders = type.fields.flatMap((field, index) => {
      const find = finderOf(field.type, `${path}.${field.name}`, options);
      return find === undefined ? [] : [(row: Record<string, unknown>) => find(row[keys[index]!])];
    });
    return finders.length === 0 ? undefined : (row: Record<string, unknown>) => firstOf(finders, (find) => find(row));
  }
  if (options.nested !== 'ROWS_AND_COLLECTIONS') return undefined;
  if (type.kind === 'ARRAY') {
    const find = finderOf(type.element, `${path}[element]`, options);
    return find === undefined ? undefined : (values: readonly unknown[]) => firstOf(values, find);
  }
  if (type.kind === 'MAP' || type.kind === 'MULTISET') {
    const key = finderOf(type.kind === 'MAP' ? type.key : type.element, `${path}[key]`, options);
    const value = type.kind === 'MAP' ? finderOf(type.value, `${path}[value]`, options) : undefined;
    if (key === undefined && value === undefined) return undefined;
    return (map: ReadonlyMap<unknown, unknown>) => firstOf(map, ([k, v]) => key?.(k) ?? value?.(v));
  }
  return undefined;
}

function firstOf<I, T>(items: Iterable<I>, find: (item: I) => T | undefined): T | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const isLengthLimited = (type: LogicalType): type is LogicalType & { readonly length: number } => (type.kind === 'CHAR' || type.kind === 'VARCHAR' || type.kind === 'BINARY' || type.kind === 'VARBINARY') && type.length !== LENGTH_MAX;
const isFixed = ({ kind }: LogicalType): boolean => kind === 'CHAR' || kind === 'BINARY';

function lengthTrims(type: RowType, options: ConstraintOptions): ((row: TableRow) => TableRow)[] {
  const keys = fieldKeys(type);
  return type.fields.flatMap((field, index) => {
    const key = keys[index]!;
    const fit = fitter(field.type, options);
    if (fit === undefined) return [];
    return [(row: TableRow): TableRow => {
      const value = row[key];
      if (value === null) return row;
      const fitted = fit(value);
      return fitted === value ? row : { ...row, [key]: fitted };
    }];
  });
}

/** Undefined where nothing in the type has a length; what fits stays the same value. */
function fitter(type: LogicalType, options: ConstraintOptions): ((value: any) => unknown) | undefined { // any: values of every SQL type
  if (isLengthLimited(type)) return lengthFitter(type.length, isFixed(type));
  if (options.nested === 'IGNORE' || (type.kind !== 'ROW' && type.kind !== 'STRUCTURED')) return undefined;
  const trims = lengthTrims(type as RowType, options);
  return trims.length === 0 ? undefined : (row: TableRow) => trims.reduce((trimmed, trim) => trim(trimmed), row);
}

function lengthFitter(length: number, isPadded: boolean): (value: string | Uint8Array) => string | Uint8Array {
  return (value) => {
    if (value.length > length) return value.slice(0, length);
    if (!isPadded || value.length === length) return value;
    if (typeof value === 'string') return value.padEnd(length);
    const padded = new Uint8Array(length);
    padded.set(value);
    return padded;
  };
}
