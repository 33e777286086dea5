// Makes a table of a case: column lines as in CREATE TABLE, and an object of the test in place of a connector.
import type { TableEnvironment } from '#table/api/table-environment';
import type { TableObject } from '#table/factories/table-factory';
import { parseStatement } from '#table/parser/parser';
import { resolveTable } from '#table/validator/table-definition';
import { StatementValidator } from '#table/validator/statement-validator';
import type { Feed } from './case-tables.js';
import { lookupOfRows } from './case-lookup.js';

export async function createCaseTable(tables: TableEnvironment, table: { readonly name: string; readonly ddl: readonly string[]; readonly partitionKeys?: readonly string[] }, factory: TableObject, lookupRows?: readonly Feed[]): Promise<void> {
  const text = `CREATE TABLE \`${table.name}\` (${table.ddl.join(', ')})`;
  const statement = parseStatement(text);
  if (statement.kind !== 'create-table') throw new Error('not a table');
  const { session } = tables;
  const resolved = resolveTable(session.catalogs.qualify([table.name]), statement, {}, new StatementValidator(text, session));
  const own = lookupRows === undefined ? factory : lookupOfRows(factory, lookupRows, resolved.schema.primaryKey?.columns ?? []);
  tables.registerTemporaryTable(table.name, { kind: 'table', table: { ...resolved, partitionKeys: table.partitionKeys ?? [], factory: own } });
}
