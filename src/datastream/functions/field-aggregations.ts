// Flink's rolling aggregations of one field as reduce functions. sum, min and max keep the other fields of the first
// record; minBy and maxBy keep the whole record, the first of equal ones unless the last is asked for.
import { ProgramError } from '#datastream/errors';
import type { TypeInformation } from '#core/types/type-information';

/** Names (of tuples: positions) of the fields of T that can be summed and compared. */
export type NumericFieldOf<T> = T extends readonly unknown[] ? number : T extends object
  ? { [K in keyof T]-?: T[K] extends number | bigint ? K : never }[keyof T] & string
  : never;

export type FieldAggregation = 'sum' | 'min' | 'max' | 'minBy' | 'maxBy';

type Numeric = number | bigint;
type Fields = Record<string, Numeric>;

/**
 * @param field undefined for a stream of plain numbers.
 * @param isFirstKept of minBy and maxBy: which of equal records stays.
 */
export function fieldReducer<T>(
  aggregation: FieldAggregation, field: string | number | undefined, type: TypeInformation | undefined, isFirstKept = true,
): (a: T, b: T) => T {
  checkField(field, type);
  const read = field === undefined ? (record: T) => record as unknown as Numeric : (record: T) => (record as Fields)[field]!;
  if (aggregation === 'minBy') return (a, b) => (read(b) < read(a) || (!isFirstKept && read(b) === read(a)) ? b : a);
  if (aggregation === 'maxBy') return (a, b) => (read(b) > read(a) || (!isFirstKept && read(b) === read(a)) ? b : a);
  const combine = COMBINE[aggregation];
  if (field === undefined) return (a, b) => combine(a as unknown as Numeric, b as unknown as Numeric) as unknown as T;
  const copy = copier<T>(type);
  return (a, b) => {
    const result = copy(a);
    (result as Fields)[field] = combine(read(a), read(b));
    return result;
  };
}

const COMBINE: Readonly<Record<'sum' | 'min' | 'max', (a: Numeric, b: Numeric) => Numeric>> = {
  sum: (a, b) => ((a as number) + (b as number)) as Numeric,
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (b > a ? b : a),
};

/** A shallow copy. Records of a declared row may be instances of a generated class, so their fields are read by name. */
function copier<T>(type: TypeInformation | undefined): (record: T) => T {
  if (type?.kind === 'row') {
    const names = type.fields.map((field) => field.name);
    return (record) => Object.fromEntries(names.map((name) => [name, (record as Fields)[name]])) as T;
  }
  return (record) => (Array.isArray(record) ? [...(record as unknown[])] : { ...record }) as T;
}

function checkField(field: string | number | undefined, type: TypeInformation | undefined): void {
  if (type === undefined || field === undefined) return;
  const fieldType = type.kind === 'row' ? type.fields.find((candidate) => candidate.name === field)?.type
    : type.kind === 'tuple' ? type.elements[field as number] : undefined;
  if (type.kind !== 'row' && type.kind !== 'tuple') return;
  const kind = fieldType?.kind;
  if (kind === 'int' || kind === 'long' || kind === 'bigint' || kind === 'double' || kind === 'any') return;
  const names = type.kind === 'row' ? type.fields.map((candidate) => candidate.name).join(', ') : `0 to ${type.elements.length - 1}`;
  const seen = kind === undefined ? 'does not exist' : `is of type ${kind.toUpperCase()}`;
  throw new ProgramError('PROGRAM_FIELD_UNKNOWN', `field ${String(field)} ${seen}: aggregate a number, the fields are ${names}`, { context: { field } });
}
