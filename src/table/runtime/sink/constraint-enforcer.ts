// What a sink's column types ask of rows that are written to it: NOT NULL, and, where asked for, the lengths of CHAR, VARCHAR, BINARY
// and VARBINARY. As table.exec.sink.not-null-enforcer and table.exec.sink.type-length-enforcer say.
import { TableError } from '#table/errors';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, LENGTH_MAX, type LogicalType, type RowType } from '#table/types/logical-type';

export interface ConstraintOptions {
  readonly notNull: 'error' | 'drop';
  /** IGNORE, TRIM_PAD or ERROR. */
  readonly length: string;
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
  const lengths = options.length === 'ERROR' ? lengthChecks(type, table) : [];
  const trims = options.length === 'TRIM_PAD' ? lengthTrims(type) : [];
  if (checks.length + lengths.length + trims.length === 0) return undefined;
  return {
    filter: checks.length + lengths.length === 0 ? undefined : (row) => checks.every((check) => check(row)) && lengths.every((check) => check(row)),
    map: trims.length === 0 ? undefined : (row) => trims.reduce((trimmed, trim) => trim(trimmed), row),
  };
}

function nullChecks(type: RowType, table: string, options: ConstraintOptions): ((row: TableRow) => boolean)[] {
  const keys = fieldKeys(type);
  return type.fields.flatMap((field, index) => {
    const find = nullFinder(field.type, field.name);
    if (find === undefined) return [];
    return [(row: TableRow): boolean => {
      const place = find(row[keys[index]!]);
      if (place === undefined) return true;
      if (options.notNull === 'drop') return false;
      throw new TableError('TABLE_CONSTRAINT_VIOLATED', `Column '${place}' is NOT NULL, however, a null value is being written into it. You can set job configuration 'table.exec.sink.not-null-enforcer'='DROP' to suppress this exception and drop such records silently.`, { context: { table, column: place } });
    }];
  });
}

/** Finds the first NULL that the type forbids, nested ones included; undefined when the type forbids none. */
function nullFinder(type: LogicalType, path: string): ((value: unknown) => string | undefined) | undefined {
  const inner = nestedNullFinder(type, path);
  if (type.isNullable) return inner === undefined ? undefined : (value) => (value === null ? undefined : inner(value));
  return (value) => (value === null ? path : inner?.(value));
}

function nestedNullFinder(type: LogicalType, path: string): ((value: any) => string | undefined) | undefined { // any: values of every SQL type
  switch (type.kind) {
    case 'ROW': case 'STRUCTURED': {
      const keys = fieldKeys(type);
      const finders = type.fields.flatMap((field, index) => {
        const find = nullFinder(field.type, `${path}.${field.name}`);
        return find === undefined ? [] : [(row: Record<string, unknown>) => find(row[keys[index]!])];
      });
      return finders.length === 0 ? undefined : (row: Record<string, unknown>) => firstOf(finders, row);
    }
    case 'ARRAY': {
      const find = nullFinder(type.element, `${path}[element]`);
      return find === undefined ? undefined : (values: readonly unknown[]) => firstOf(values.map((value) => () => find(value)), undefined);
    }
    case 'MAP': {
      const [key, value] = [nullFinder(type.key, `${path}[key]`), nullFinder(type.value, `${path}[value]`)];
      if (key === undefined && value === undefined) return undefined;
      return (map: ReadonlyMap<unknown, unknown>) => firstOf([...map].flatMap(([k, v]) => [() => key?.(k), () => value?.(v)]), undefined);
    }
    default: return undefined;
  }
}

function firstOf<T>(finders: readonly ((value: T) => string | undefined)[], value: T): string | undefined {
  for (const find of finders) {
    const place = find(value);
    if (place !== undefined) return place;
  }
  return undefined;
}

const isLimited = (type: LogicalType): type is LogicalType & { readonly length: number } => (type.kind === 'CHAR' || type.kind === 'VARCHAR' || type.kind === 'BINARY' || type.kind === 'VARBINARY') && type.length !== LENGTH_MAX;
const isFixed = ({ kind }: LogicalType): boolean => kind === 'CHAR' || kind === 'BINARY';

function lengthChecks(type: RowType, table: string): ((row: TableRow) => boolean)[] {
  const keys = fieldKeys(type);
  return type.fields.flatMap((field, index) => {
    const { type: column } = field;
    if (!isLimited(column)) return [];
    return [(row: TableRow): boolean => {
      const value = row[keys[index]!] as { readonly length: number } | null;
      if (value === null) return true;
      if (value.length <= column.length && (!isFixed(column) || value.length === column.length)) return true;
      throw new TableError('TABLE_CONSTRAINT_VIOLATED', `Column '${field.name}' is ${column.kind}(${column.length}), however, a value of length ${value.length} is being written into it. You can set job configuration 'table.exec.sink.type-length-enforcer' to control this behaviour.`, { context: { table, column: field.name } });
    }];
  });
}

function lengthTrims(type: RowType): ((row: TableRow) => TableRow)[] {
  const keys = fieldKeys(type);
  return type.fields.flatMap((field, index) => {
    if (!isLimited(field.type)) return [];
    const fit = fitter(field.type.length, isFixed(field.type));
    return [(row: TableRow): TableRow => {
      const value = row[keys[index]!] as string | Uint8Array | null;
      if (value === null) return row;
      const fitted = fit(value);
      return fitted === value ? row : { ...row, [keys[index]!]: fitted };
    }];
  });
}

function fitter(length: number, isPadded: boolean): (value: string | Uint8Array) => string | Uint8Array {
  return (value) => {
    if (value.length > length) return value.slice(0, length);
    if (!isPadded || value.length === length) return value;
    if (typeof value === 'string') return value.padEnd(length);
    const padded = new Uint8Array(length);
    padded.set(value);
    return padded;
  };
}
