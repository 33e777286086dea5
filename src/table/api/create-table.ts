// CREATE TABLE: with columns of its own, like another table, or as what a query gives (CTAS and RTAS).
import { likeTable, type LikeTable } from '#table/api/like-clause';
import type { Session } from '#table/api/session';
import { optionsOf, partsOf } from '#table/api/statement-parts';
import { successResult } from '#table/api/statement-results';
import type { TableResult } from '#table/api/table-result';
import type { ResolvedColumn, ResolvedTable, TableDistribution } from '#table/catalog/resolved-table';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { CreateTable, Distribution } from '#table/parser/ast-ddl';
import { withoutTimeAttribute } from '#table/types/logical-type';
import { convertTableAs } from '#table/validator/insert-converter';
import { StatementValidator } from '#table/validator/statement-validator';
import { resolveSchema, type InheritedSchema } from '#table/validator/table-definition';
import { failAt } from '#table/validator/validation-error';

export type StartInsert = (query: LogicalPlan, sink: ResolvedTable) => Promise<TableResult>;

export async function createTable(statement: CreateTable, text: string, session: Session, startInsert: StartInsert): Promise<TableResult> {
  const { catalogs } = session;
  const id = catalogs.qualify(partsOf(statement.name));
  const validator = new StatementValidator(text, session);
  const query = statement.query === undefined ? undefined : validator.query(statement.query);
  const like = statement.like === undefined ? undefined : likeTable(statement.like, statement, text, session);
  const inherited = query === undefined ? like?.schema : columnsOfQuery(statement, query, text);
  const table: ResolvedTable = {
    identifier: id, isTemporary: statement.isTemporary, comment: statement.comment, schema: resolveSchema(statement.elements, validator, inherited),
    ...tableParts(statement, like),
  };
  const isReplaced = statement.action !== 'create' && catalogs.getTable(id) !== undefined;
  const isThere = statement.ifNotExists && !isReplaced && catalogs.getTable(id) !== undefined;
  const written = statement.query === undefined || isThere ? undefined : convertTableAs({ ...statement, query: statement.query }, query!, table.schema, validator);
  if (isReplaced) catalogs.alterTable(id, { kind: 'table', table });
  else catalogs.createTable(id, { kind: 'table', table }, { isTemporary: statement.isTemporary, ignoreIfExists: statement.ifNotExists });
  return written === undefined ? successResult(session.timeZone) : startInsert(written, table);
}

function tableParts(statement: CreateTable, like: LikeTable | undefined): Pick<ResolvedTable, 'options' | 'partitionKeys' | 'distribution'> {
  const distribution = statement.distribution === undefined ? like?.distribution : distributionOf(statement.distribution);
  return {
    options: { ...like?.options, ...optionsOf(statement.options) },
    partitionKeys: statement.partitionedBy.length === 0 ? like?.partitionKeys ?? [] : statement.partitionedBy.map(({ name }) => name),
    ...(distribution === undefined ? {} : { distribution }),
  };
}

export function distributionOf({ method, columns, buckets }: Distribution): TableDistribution {
  return { method, columns: columns.map(({ name }) => name), buckets };
}

/** The columns of the query, in the order that the statement gives where it names them. */
function columnsOfQuery(statement: CreateTable, { rowType }: LogicalPlan, text: string): InheritedSchema {
  const columns = rowType.fields.map((field): ResolvedColumn => ({ kind: 'physical', name: field.name, type: withoutTimeAttribute(field.type) }));
  const named = statement.elements.filter((element) => element.kind === 'column-name');
  if (named.length === 0) return { columns, watermark: undefined, primaryKey: undefined, newColumns: 'first' };
  if (named.length !== columns.length) failAt(text, statement.span, `The number of columns in the column list must match the number of columns in the source schema: ${named.length} against ${columns.length}`);
  const ordered = named.map(({ name, span }) => columns.find((column) => column.name === name.name) ?? failAt(text, span, `Column '${name.name}' not found in the source schema`));
  return { columns: ordered, watermark: undefined, primaryKey: undefined, newColumns: 'first' };
}
