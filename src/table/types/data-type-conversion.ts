// Data types of the syntax tree as SQL types: defaults filled in, lengths and precisions checked.
import type { BasicType, DataType } from '#table/parser/ast-data-type';
import type { IntervalQualifier } from '#table/parser/ast-expression';
import type { Span } from '#table/parser/ast-node';
import {
  DECIMAL_PRECISION_DEFAULT, DECIMAL_PRECISION_MAX, LENGTH_MAX, LogicalTypes, TIMESTAMP_PRECISION_DEFAULT, withNullability,
  type DayTimeResolution, type LogicalField, type LogicalType, type YearMonthResolution,
} from '#table/types/logical-type';

export interface DataTypeScope {
  /** Throws. */
  readonly fail: (message: string, span: Span) => never;
  /** A user-defined type by its name; undefined where there is none. */
  readonly resolveType?: (path: readonly string[]) => LogicalType | undefined;
}

/** Types are nullable where nothing was written. */
export function convertDataType(type: DataType, scope: DataTypeScope): LogicalType {
  return withNullability(bareType(type, scope), type.isNullable ?? true);
}

function bareType(type: DataType, scope: DataTypeScope): LogicalType {
  switch (type.kind) {
    case 'basic-type': return basicType(type, scope);
    case 'collection-type': return { kind: type.collection, element: convertDataType(type.element, scope), isNullable: true };
    case 'map-type': return LogicalTypes.MAP(convertDataType(type.key, scope), convertDataType(type.value, scope));
    case 'row-type': return LogicalTypes.ROW(convertFields(type.fields, scope));
    case 'structured-type': return { kind: 'STRUCTURED', className: type.className, fields: convertFields(type.fields, scope), isNullable: true };
    case 'raw-type': return { kind: 'RAW', className: type.className, isNullable: true };
    case 'interval-type': return intervalType(type.qualifier);
    case 'named-type': {
      const path = type.path.parts.map((part) => part.name);
      return scope.resolveType?.(path) ?? scope.fail(`Unknown identifier '${path.join('.')}'`, type.path.span);
    }
  }
}

function convertFields(fields: readonly { readonly name: { readonly name: string }; readonly type: DataType; readonly comment: string | undefined }[], scope: DataTypeScope): LogicalField[] {
  return fields.map((field) => ({
    name: field.name.name,
    type: convertDataType(field.type, scope),
    ...(field.comment === undefined ? {} : { description: field.comment }),
  }));
}

function basicType(type: BasicType, scope: DataTypeScope): LogicalType {
  const [first, second] = type.parameters;
  switch (type.name) {
    case 'CHAR': case 'BINARY': return { kind: type.name, length: checkedLength(first ?? 1, type, scope), isNullable: true };
    case 'VARCHAR': case 'VARBINARY': return { kind: type.name, length: checkedLength(first ?? LENGTH_MAX, type, scope), isNullable: true };
    case 'STRING': return LogicalTypes.STRING;
    case 'BYTES': return LogicalTypes.BYTES;
    case 'DECIMAL': return decimalType(first ?? DECIMAL_PRECISION_DEFAULT, second ?? 0, type, scope);
    case 'REAL': return LogicalTypes.FLOAT;
    case 'TIME': return LogicalTypes.TIME(checkedPrecision(first ?? 0, type, scope));
    case 'TIMESTAMP': return LogicalTypes.TIMESTAMP(checkedPrecision(first ?? TIMESTAMP_PRECISION_DEFAULT, type, scope));
    case 'TIMESTAMP_LTZ': return LogicalTypes.TIMESTAMP_LTZ(checkedPrecision(first ?? TIMESTAMP_PRECISION_DEFAULT, type, scope));
    case 'DESCRIPTOR': return { kind: 'DESCRIPTOR', isNullable: true };
    case 'TIMESTAMP_TZ': case 'ANY': return scope.fail(`Type '${type.name}' is not supported.`, type.span);
    default: return { kind: type.name, isNullable: true };
  }
}

function checkedLength(length: number, type: BasicType, scope: DataTypeScope): number {
  if (length < 1 || length > LENGTH_MAX) scope.fail(`${type.name} length ${length} must be between 1 and ${LENGTH_MAX}`, type.span);
  return length;
}

function checkedPrecision(precision: number, type: BasicType, scope: DataTypeScope): number {
  if (precision > 9) scope.fail(`${type.name} precision ${precision} must be between 0 and 9`, type.span);
  return precision;
}

function decimalType(precision: number, scale: number, type: BasicType, scope: DataTypeScope): LogicalType {
  if (precision < 1 || precision > DECIMAL_PRECISION_MAX) scope.fail(`DECIMAL precision ${precision} must be between 1 and ${DECIMAL_PRECISION_MAX}`, type.span);
  if (scale > precision) scope.fail(`DECIMAL scale ${scale} must be between 0 and the precision ${precision}`, type.span);
  return LogicalTypes.DECIMAL(precision, scale);
}

/** `INTERVAL DAY(2) TO SECOND(3)` and the like. Weeks and quarters are spans of days and months. */
export function intervalType(qualifier: IntervalQualifier): LogicalType {
  const from = qualifier.from === 'WEEK' ? 'DAY' : qualifier.from === 'QUARTER' ? 'MONTH' : qualifier.from;
  if (from === 'YEAR' || from === 'MONTH') {
    const resolution: YearMonthResolution = from === 'MONTH' ? 'MONTH' : qualifier.to === undefined ? 'YEAR' : 'YEAR_TO_MONTH';
    return LogicalTypes.INTERVAL_YEAR_MONTH(resolution, qualifier.precision ?? 2);
  }
  const resolution = (qualifier.to === undefined ? from : `${from}_TO_${qualifier.to}`) as DayTimeResolution;
  const fraction = qualifier.fractionPrecision ?? (from === 'SECOND' ? qualifier.precision : undefined) ?? 6;
  return LogicalTypes.INTERVAL_DAY_TIME(resolution, from === 'DAY' ? (qualifier.precision ?? 2) : 2, fraction);
}

/** The interval type that expressions have: Flink keeps months, or seconds with three digits, whatever was written. */
export function expressionIntervalType(type: LogicalType): LogicalType {
  if (type.kind === 'INTERVAL_YEAR_MONTH') return { ...LogicalTypes.INTERVAL_YEAR_MONTH('MONTH', 2), isNullable: type.isNullable };
  if (type.kind === 'INTERVAL_DAY_TIME') return { ...LogicalTypes.INTERVAL_DAY_TIME('SECOND', 2, 3), isNullable: type.isNullable };
  return type;
}
