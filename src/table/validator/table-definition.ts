// CREATE TABLE: column lines, computed columns, watermark and primary key as a resolved table.
import type { ObjectIdentifier, ResolvedColumn, ResolvedSchema, ResolvedTable, WatermarkSpec } from '#table/catalog/resolved-table';
import type { CreateTable, TableConstraint, TableElement, Watermark } from '#table/parser/ast-ddl';
import { LogicalTypes, notNull, type LogicalField, type LogicalType } from '#table/types/logical-type';
import { convertDataType } from '#table/types/data-type-conversion';
import { QueryScope } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** Throws TableValidationError. @param options of WITH, those of LIKE laid under them. */
export function resolveTable(id: ObjectIdentifier, table: Pick<CreateTable, 'elements' | 'partitionedBy' | 'comment' | 'isTemporary'>, options: Readonly<Record<string, string>>, context: ValidatorContext, inherited?: ResolvedSchema): ResolvedTable {
  return {
    identifier: id, schema: resolveSchema(table.elements, context, inherited), options, partitionKeys: table.partitionedBy.map(({ name }) => name),
    comment: table.comment, isTemporary: table.isTemporary,
  };
}

export function resolveSchema(elements: readonly TableElement[], context: ValidatorContext, inherited?: ResolvedSchema): ResolvedSchema {
  const primaryKey = primaryKeyOf(elements) ?? inherited?.primaryKey;
  const columns: ResolvedColumn[] = [...(inherited?.columns ?? [])];
  // Computed columns may use all others, wherever these stand.
  const base = [...columns.filter(({ kind }) => kind !== 'computed').map(({ name, type }) => ({ name, type })), ...elements.flatMap((element): LogicalField[] => baseField(element, primaryKey?.columns ?? [], context))];
  const scope = scopeOver(base);
  for (const element of elements) {
    const column = columnOf(element, base, scope, context);
    if (column === undefined) continue;
    const known = columns.findIndex(({ name }) => name === column.name);
    if (known >= 0) columns[known] = column;
    else columns.push(column);
  }
  const watermark = elements.find((element): element is Watermark => element.kind === 'watermark');
  const resolved = watermark === undefined ? inherited?.watermark : resolveWatermark(watermark, columns, context);
  const withTime = resolved === undefined ? columns : columns.map((column) => (column.name === resolved.column ? { ...column, type: asRowtime(column.type) } : column));
  return { columns: withTime, watermark: resolved, primaryKey };
}

function scopeOver(fields: readonly LogicalField[]): QueryScope {
  return new QueryScope([{ alias: undefined, qualifiers: [], columns: fields, offset: 0, merged: new Set() }], undefined, []);
}

function baseField(element: TableElement, keyColumns: readonly string[], context: ValidatorContext): LogicalField[] {
  if (element.kind !== 'physical-column' && element.kind !== 'metadata-column') return [];
  const type = convertDataType(element.type, { fail: (message, span) => failAt(context.text, span, message) });
  return [{ name: element.name.name, type: keyColumns.includes(element.name.name) ? notNull(type) : type }];
}

function columnOf(element: TableElement, base: readonly LogicalField[], scope: QueryScope, context: ValidatorContext): ResolvedColumn | undefined {
  switch (element.kind) {
    case 'physical-column': {
      const { name } = element.name;
      return { kind: 'physical', name, type: base.find((field) => field.name === name)!.type, ...comment(element.comment) };
    }
    case 'metadata-column': {
      const { name } = element.name;
      return { kind: 'metadata', name, type: base.find((field) => field.name === name)!.type, key: element.from ?? name, isVirtual: element.isVirtual, ...comment(element.comment) };
    }
    case 'computed-column': {
      const expression = context.reduce(context.expression(element.expression, scope, {}));
      const { start, end } = element.expression.span;
      return { kind: 'computed', name: element.name.name, type: expression.type, expression, text: context.text.slice(start, end), ...comment(element.comment) };
    }
    default: return undefined;
  }
}

const comment = (text: string | undefined): { readonly comment?: string } => (text === undefined ? {} : { comment: text });

function primaryKeyOf(elements: readonly TableElement[]): { readonly name: string; readonly columns: readonly string[] } | undefined {
  const constraints = elements.flatMap((element): TableConstraint[] => (element.kind === 'table-constraint' ? [element] : element.kind === 'physical-column' && element.constraint !== undefined ? [element.constraint] : []));
  const key = constraints.find(({ constraint }) => constraint === 'PRIMARY KEY');
  if (key === undefined) return undefined;
  const columns = key.columns.map(({ name }) => name);
  return { name: key.name?.name ?? `PK_${columns.join('_')}`, columns };
}

function resolveWatermark(watermark: Watermark, columns: readonly ResolvedColumn[], context: ValidatorContext): WatermarkSpec {
  const column = watermark.column.parts.map(({ name }) => name).join('.');
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) return failAt(context.text, watermark.column.span, `The rowtime attribute field '${column}' is not defined in the table schema`);
  checkTimeType(found.type, column, watermark, context);
  const scope = scopeOver(columns.map(({ name, type }) => ({ name, type })));
  const expression = context.expression(watermark.expression, scope, {});
  if (expression.type.kind !== 'TIMESTAMP' && expression.type.kind !== 'TIMESTAMP_LTZ') failAt(context.text, watermark.expression.span, `Invalid data type of expression for watermark definition. The field must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3, but the watermark expression type is ${expression.type.kind}`);
  const { start, end } = watermark.expression.span;
  return { column, expression, text: context.text.slice(start, end) };
}

function checkTimeType(type: LogicalType, column: string, watermark: Watermark, context: ValidatorContext): void {
  const isTime = (type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ') && type.precision <= 3;
  if (!isTime) failAt(context.text, watermark.column.span, `Invalid data type of time field for watermark definition. The field must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported precision 'p' is from 0 to 3, but the time field '${column}' is not`);
}

function asRowtime(type: LogicalType): LogicalType {
  if (type.kind === 'TIMESTAMP') return { ...LogicalTypes.TIMESTAMP(type.precision, 'rowtime'), isNullable: type.isNullable };
  return type.kind === 'TIMESTAMP_LTZ' ? { ...LogicalTypes.TIMESTAMP_LTZ(type.precision, 'rowtime'), isNullable: type.isNullable } : type;
}
