// The type of an undeclared stream, from the first rows that a producer saw. Numbers become
// DOUBLE, since any JS number fits one; what has no column form becomes ANY; a row that does not fit later travels whole.
import type { RowField, TypeInformation } from '#core/types/type-information';

const FIELDS_MAX = 64;

/** Never fails: rows that are neither plain objects of one shape nor all of one primitive kind give ANY. */
export function inferType(rows: readonly unknown[]): TypeInformation {
  const first = rows.find((row) => row !== null && row !== undefined);
  if (isPlainObject(first)) {
    const fields = inferFields(rows.filter(isPlainObject));
    return fields === undefined ? { kind: 'any' } : { kind: 'row', fields, inferred: { isAtomic: false } };
  }
  const type = inferValue(rows.filter((row) => row !== null && row !== undefined));
  return type.kind === 'any' || type.kind === 'row' ? { kind: 'any' } : { kind: 'row', fields: [{ name: '$value', type }], inferred: { isAtomic: true } };
}

function inferFields(rows: readonly Readonly<Record<string, unknown>>[]): readonly RowField[] | undefined {
  const names = Object.keys(rows[0]!);
  if (names.length === 0 || names.length > FIELDS_MAX) return undefined;
  return names.map((name) => {
    const values = rows.map((row) => row[name]);
    const present = values.filter((value) => value !== null && value !== undefined);
    const type = inferValue(present);
    // A missing property and an undefined one are not the same as null: such rows do not fit and keep their form.
    return { name, type: values.some((value) => value === null) && type.kind !== 'any' ? { kind: 'nullable', inner: type } : type };
  });
}

function inferValue(values: readonly unknown[]): TypeInformation {
  const kinds = new Set(values.map((value) => (isPlainObject(value) ? 'row' : typeof value)));
  if (kinds.size !== 1) return { kind: 'any' };
  switch ([...kinds][0]) {
    case 'number': return { kind: 'double' };
    case 'string': return { kind: 'string' };
    case 'boolean': return { kind: 'boolean' };
    case 'row': {
      const fields = inferFields(values as readonly Readonly<Record<string, unknown>>[]);
      return fields === undefined ? { kind: 'any' } : { kind: 'row', fields };
    }
    default: return { kind: 'any' };
  }
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
