// The type of an undeclared stream once rows have come that do not fit it: the inferred columns, as much wider as these rows
// ask for. Invariant: every row that fitted before still fits, unless the rows have another shape altogether.
import { inferType, isPlainObject } from '#core/types/infer-type';
import type { RowField, TypeInformation } from '#core/types/type-information';

type RowType = TypeInformation & { kind: 'row' };

/**
 * A column that saw null may be null, one that saw another kind of value becomes ANY. Rows with other fields than the type
 * change nothing where they are few; where they are most (`isOtherShapeUsual`), they give the type anew. Undefined = as it was.
 * @param misfits rows that did not fit, at least one.
 */
export function widenType(type: TypeInformation, misfits: readonly unknown[], options: { readonly isOtherShapeUsual: boolean }): TypeInformation | undefined {
  if (type.kind !== 'row' || type.inferred === undefined) return undefined;
  const widened = type.inferred.isAtomic ? widenAtomic(type, misfits) : widenRow(type, misfits, options.isOtherShapeUsual);
  return widened === undefined || JSON.stringify(widened) === JSON.stringify(type) ? undefined : widened;
}

function widenAtomic(type: RowType, misfits: readonly unknown[]): TypeInformation {
  const [field] = type.fields;
  const column = widenField(field!.type, misfits);
  return column.kind === 'any' || misfits.includes(undefined) ? { kind: 'any' } : { ...type, fields: [{ name: field!.name, type: column }] };
}

function widenRow(type: RowType, misfits: readonly unknown[], isOtherShapeUsual: boolean): TypeInformation | undefined {
  const sameShape = misfits.filter((row) => isPlainObject(row) && hasFields(row, type.fields));
  if (sameShape.length * 2 >= misfits.length) return { ...type, fields: widenFields(type.fields, sameShape as Readonly<Record<string, unknown>>[]) };
  // A field that is there but undefined fits no column.
  const others = misfits.filter((row) => isPlainObject(row) && !Object.values(row).includes(undefined));
  if (!isOtherShapeUsual || others.length * 2 < misfits.length) return undefined;
  const anew = inferType(others);
  return anew.kind === 'any' ? undefined : anew;
}

function widenFields(fields: readonly RowField[], rows: readonly Readonly<Record<string, unknown>>[]): readonly RowField[] {
  return fields.map(({ name, type }) => ({ name, type: widenField(type, rows.map((row) => row[name])) }));
}

function widenField(type: TypeInformation, values: readonly unknown[]): TypeInformation {
  if (type.kind === 'any') return type;
  const inner = type.kind === 'nullable' ? type.inner : type;
  const present = values.filter((value) => value !== null && value !== undefined);
  const column = widenPresent(inner, present);
  const isNullable = type.kind === 'nullable' || values.includes(null);
  return isNullable && column.kind !== 'any' ? { kind: 'nullable', inner: column } : column;
}

function widenPresent(type: TypeInformation, values: readonly unknown[]): TypeInformation {
  if (type.kind === 'row') {
    const isSame = values.every((value) => isPlainObject(value) && hasFields(value, type.fields));
    return isSame ? { ...type, fields: widenFields(type.fields, values as Readonly<Record<string, unknown>>[]) } : { kind: 'any' };
  }
  const fits = type.kind === 'double' ? 'number' : type.kind;
  return values.every((value) => typeof value === fits) ? type : { kind: 'any' };
}

/** No field less, none more, and none that is there but undefined. */
function hasFields(row: Readonly<Record<string, unknown>>, fields: readonly RowField[]): boolean {
  return Object.keys(row).length === fields.length && fields.every(({ name }) => row[name] !== undefined);
}
