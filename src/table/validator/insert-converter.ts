// INSERT INTO: the query's columns brought into the order of the sink's, columns that are left out being NULL.
import { castTo } from '#table/expressions/implicit-cast';
import type { Expression } from '#table/expressions/expression';
import { identifierText, sinkRowType, type ResolvedSchema } from '#table/catalog/resolved-table';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { CreateTable } from '#table/parser/ast-ddl';
import type { Span } from '#table/parser/ast-node';
import type { Query } from '#table/parser/ast-query';
import type { InsertStatement } from '#table/parser/ast-statement';
import type { Modification } from '#table/planner/planner';
import { canCastImplicitly } from '#table/types/cast-support';
import { LogicalTypes, nullable, type LogicalType, type RowType } from '#table/types/logical-type';
import { isExactNumeric } from '#table/types/type-families';
import { summaryTypeText } from '#table/types/type-text';
import { projected } from '#table/validator/plan-parts';
import { convertQuery } from '#table/validator/query-converter';
import type { StatementValidator, ValidatorSession } from '#table/validator/statement-validator';
import { failAt } from '#table/validator/validation-error';

export function convertInsert(insert: InsertStatement, validator: StatementValidator, session: ValidatorSession): Modification {
  const parts = insert.table.parts.map(({ name }) => name);
  const found = session.catalogs.getTable(session.catalogs.qualify(parts));
  if (found === undefined) return failAt(validator.text, insert.table.span, `Cannot find table '${identifierText(session.catalogs.qualify(parts))}' in any of the catalogs`);
  if (found.kind === 'view') return failAt(validator.text, insert.table.span, 'a view cannot be written to');
  const { table } = found;
  const optionHints = Object.fromEntries(insert.hints.filter(({ name }) => name.name.toUpperCase() === 'OPTIONS').flatMap((hint) => hint.arguments.flatMap((item) => (item.kind === 'option' ? [[item.key, item.value]] : []))));
  const staticPartitions = Object.fromEntries(insert.partition.map((item) => [item.column.name, item.value === undefined || !('value' in item.value) ? '' : String(item.value.value)]));
  const stray = insert.partition.find(({ column }) => !table.partitionKeys.includes(column.name));
  if (stray !== undefined) failAt(validator.text, stray.span, `The column '${stray.column.name}' of the PARTITION clause is no partition column of '${identifierText(table.identifier)}'; its partition columns are [${table.partitionKeys.join(', ')}]`);
  const query = convertQuery(insert.query, validator);
  return { query: columnsForSink(targetsOf(insert), query, sinkRowType(table.schema), staticPartitions, validator), table, optionHints, isOverwrite: insert.isOverwrite, staticPartitions, onConflict: insert.onConflict };
}

/** What an INSERT, or CREATE TABLE AS, writes to; without names the columns in their order. */
interface InsertTargets {
  readonly columns: readonly { readonly name: string; readonly span: Span }[];
  readonly span: Span;
  readonly query: { readonly span: Span };
}

function targetsOf({ columns, span, query }: InsertStatement): InsertTargets {
  return { columns: columns.map((column) => ({ name: column.parts.map(({ name }) => name).join('.'), span: column.span })), span, query };
}

/** CREATE TABLE AS: every column of the query goes where its name says. */
export function convertTableAs(statement: CreateTable & { readonly query: Query }, query: LogicalPlan, schema: ResolvedSchema, validator: StatementValidator): LogicalPlan {
  const { span } = statement;
  return columnsForSink({ columns: query.rowType.fields.map(({ name }) => ({ name, span })), span, query: statement.query }, query, sinkRowType(schema), {}, validator);
}

function columnsForSink(insert: InsertTargets, query: LogicalPlan, rowType: RowType, staticPartitions: Readonly<Record<string, string>>, validator: StatementValidator): LogicalPlan {
  const { fields } = rowType;
  const free = fields.filter(({ name }) => staticPartitions[name] === undefined);
  const targets = (insert.columns.length === 0 ? free : insert.columns).map(({ name }) => name);
  for (const [index, name] of targets.entries()) if (!fields.some((field) => field.name === name)) failAt(validator.text, insert.columns[index]?.span ?? insert.span, `Unknown target column '${name}'`);
  if (targets.length !== query.rowType.fields.length) {
    const list = (items: readonly { readonly name: string; readonly type: (typeof fields)[number]['type'] }[]): string => `[${items.map((field) => `${field.name}: ${summaryTypeText(field.type)}`).join(', ')}]`;
    failAt(validator.text, insert.query.span, `Column types of query result and sink do not match. Cause: Different number of columns. Query schema: ${list(query.rowType.fields)} Sink schema: ${list(fields)}`);
  }
  const columns = fields.map((field) => {
    const constant = staticPartitions[field.name];
    if (constant !== undefined) return { name: field.name, expression: castTo({ kind: 'literal', value: constant, type: LogicalTypes.STRING }, field.type, validator.timeZone) };
    const index = targets.indexOf(field.name);
    if (index < 0) {
      if (!field.type.isNullable) failAt(validator.text, insert.span, `Column '${field.name}' has no default value and does not allow NULLs`);
      return { name: field.name, expression: { kind: 'literal', value: null, type: nullable(field.type) } as Expression };
    }
    const source = query.rowType.fields[index]!;
    if (source.type.kind !== 'NULL' && !fitsSink(source.type, field.type)) failAt(validator.text, insert.query.span, `Column types of query result and sink do not match. Cause: Incompatible types for sink column '${field.name}' at position ${index}: ${summaryTypeText(source.type)} is given, ${summaryTypeText(field.type)} is wanted`);
    return { name: field.name, expression: { kind: 'input', index, type: source.type } as Expression };
  });
  return projected(query, columns);
}

/** A sink's DECIMAL takes every exact number: what does not fit is found when it runs. */
function fitsSink(from: LogicalType, to: LogicalType): boolean {
  return canCastImplicitly(from, to) || (to.kind === 'DECIMAL' && isExactNumeric(from));
}
