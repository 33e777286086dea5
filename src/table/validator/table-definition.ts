// The schema of a table: column lines, computed columns, watermark and primary key, over the columns of another table or a query.
import type { ObjectIdentifier, ResolvedColumn, ResolvedSchema, ResolvedTable, WatermarkSpec } from '#table/catalog/resolved-table';
import type { ColumnDefinition, CreateTable, TableConstraint, TableElement, Watermark } from '#table/parser/ast-ddl';
import { parseExpression } from '#table/parser/parser';
import { LogicalTypes, notNull, withoutTimeAttribute, type LogicalField, type LogicalType } from '#table/types/logical-type';
import { convertDataType } from '#table/types/data-type-conversion';
import { QueryScope } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ValidatorContext } from '#table/validator/validator-context';

/** Throws TableValidationError. @param options of WITH. */
export function resolveTable(id: ObjectIdentifier, table: Pick<CreateTable, 'elements' | 'partitionedBy' | 'comment' | 'isTemporary'>, options: Readonly<Record<string, string>>, context: ValidatorContext): ResolvedTable {
  return { identifier: id, schema: resolveSchema(table.elements, context), options, partitionKeys: table.partitionedBy.map(({ name }) => name), comment: table.comment, isTemporary: table.isTemporary };
}

/** Columns of another table or of a query, among which those of a statement find their place. */
export interface InheritedSchema extends ResolvedSchema {
  /** Where columns go that only the statement has; of the others those of the statement count. */
  readonly newColumns: 'first' | 'last';
}

export function resolveSchema(elements: readonly TableElement[], context: ValidatorContext, inherited?: InheritedSchema): ResolvedSchema {
  const primaryKey = primaryKeyOf(elements) ?? inherited?.primaryKey;
  const slots = columnSlots(elements.filter(isColumn), inherited);
  const keyColumns = primaryKey?.columns ?? [];
  const base = slots.flatMap((slot) => (isResolved(slot) ? (slot.kind === 'computed' ? [] : [{ name: slot.name, type: keyColumns.includes(slot.name) ? notNull(slot.type) : slot.type }]) : baseField(slot, keyColumns, context)));
  // Computed columns may use all others, wherever these stand.
  const scope = scopeOver(base);
  const columns = slots.map((slot) => (isResolved(slot) ? inheritedColumn(slot, base, scope, context) : columnOf(slot, base, scope, context)));
  const watermark = elements.find((element): element is Watermark => element.kind === 'watermark');
  const resolved = watermark === undefined ? inheritedWatermark(inherited, columns, context) : resolveWatermark(watermark, columns, context);
  const withTime = resolved === undefined ? columns : columns.map((column) => (column.name === resolved.column ? { ...column, type: asRowtime(column.type) } : column));
  return { columns: withTime, watermark: resolved, primaryKey };
}

const isColumn = (element: TableElement): element is ColumnDefinition => element.kind === 'physical-column' || element.kind === 'computed-column' || element.kind === 'metadata-column';

type Slot = ColumnDefinition | ResolvedColumn;

const isResolved = (slot: Slot): slot is ResolvedColumn => typeof slot.name === 'string';

/** All columns in the order of the table. */
function columnSlots(own: readonly ColumnDefinition[], inherited: InheritedSchema | undefined): readonly Slot[] {
  if (inherited === undefined) return own;
  const kept = inherited.columns.map((column) => own.find(({ name }) => name.name === column.name) ?? column);
  const added = own.filter(({ name }) => !inherited.columns.some((column) => column.name === name.name));
  return inherited.newColumns === 'first' ? [...added, ...kept] : [...kept, ...added];
}

/** Where it stands among the others may have changed: what refers to them is resolved anew. */
function inheritedColumn(column: ResolvedColumn, base: readonly LogicalField[], scope: QueryScope, context: ValidatorContext): ResolvedColumn {
  if (column.kind !== 'computed') return { ...column, type: withoutTimeAttribute(base.find(({ name }) => name === column.name)!.type) };
  const expression = context.reduce(context.expression(parseExpression(column.text), scope, {}));
  return { ...column, type: expression.type, expression };
}

function inheritedWatermark(inherited: InheritedSchema | undefined, columns: readonly ResolvedColumn[], context: ValidatorContext): WatermarkSpec | undefined {
  if (inherited?.watermark === undefined) return undefined;
  return { ...inherited.watermark, expression: context.expression(parseExpression(inherited.watermark.text), scopeOver(columns), {}) };
}

function scopeOver(fields: readonly LogicalField[]): QueryScope {
  return new QueryScope([{ alias: undefined, qualifiers: [], columns: fields, offset: 0, merged: new Set() }], undefined, []);
}

function baseField(element: ColumnDefinition, keyColumns: readonly string[], context: ValidatorContext): LogicalField[] {
  if (element.kind === 'computed-column') return [];
  const type = convertDataType(element.type, { fail: (message, span) => failAt(context.text, span, message) });
  return [{ name: element.name.name, type: keyColumns.includes(element.name.name) ? notNull(type) : type }];
}

function columnOf(element: ColumnDefinition, base: readonly LogicalField[], scope: QueryScope, context: ValidatorContext): ResolvedColumn {
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
  const { expression: written } = watermark;
  if (written.kind === 'call' && written.function.parts.at(-1)!.name.toUpperCase() === 'SOURCE_WATERMARK') failAt(context.text, written.span, `SOURCE_WATERMARK() for '${column}' needs a source that makes watermarks of its own, which no connector does: give an expression, such as ${column} - INTERVAL '5' SECOND. It is for streams of a program that become tables`);
  const scope = scopeOver(columns);
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
