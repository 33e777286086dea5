// ALTER of tables, views, databases and functions.
import { alterSchema, type SchemaLines } from '#table/api/alter-schema';
import { distributionOf } from '#table/api/create-table';
import { alteredPartitions } from '#table/api/partition-statements';
import { MATERIALIZED_TABLE_REFUSAL } from '#table/api/refused-statements';
import { optionsOf, partsOf } from '#table/api/statement-parts';
import type { Session } from '#table/api/session';
import type { CatalogTable } from '#table/catalog/catalog';
import { identifierText, type ObjectIdentifier, type ResolvedTable, type TableDistribution } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import type { AlterStatement, ChangeDistribution, DropDistribution } from '#table/parser/ast-alter';
import type { CreateTable } from '#table/parser/ast-ddl';
import { parseStatement } from '#table/parser/parser';
import { NameExpansion } from '#table/validator/name-expansion';
import { StatementValidator } from '#table/validator/statement-validator';
import { resolveSchema } from '#table/validator/table-definition';
import { failAt } from '#table/validator/validation-error';

export function executeAlter(statement: AlterStatement, text: string, session: Session): void {
  switch (statement.object) {
    case 'TABLE': alterTable(statement, text, session); return;
    case 'VIEW': alterView(statement, text, session); return;
    case 'DATABASE': alterDatabase(statement, text, session); return;
    case 'MATERIALIZED TABLE': throw new TableError('TABLE_NOT_SUPPORTED', MATERIALIZED_TABLE_REFUSAL);
    default: failAt(text, statement.span, `ALTER ${statement.object} is not supported`);
  }
}

function alterTable(statement: AlterStatement, text: string, session: Session): void {
  const { catalogs } = session;
  const id = catalogs.qualify(partsOf(statement.name));
  const found = existing(statement, id, session);
  if (found === undefined) return;
  if (found.kind === 'view') throw new TableError('TABLE_NOT_SUPPORTED', 'ALTER TABLE for a view is not allowed');
  const { table } = found;
  const { change } = statement;
  const alter = (changed: Partial<ResolvedTable>): void => catalogs.alterTable(id, { kind: 'table', table: { ...table, ...changed } });
  switch (change.kind) {
    case 'rename': {
      const name = renamed(id, session.catalogs.qualify(partsOf(change.newName)));
      catalogs.renameTable(id, name);
      catalogs.alterTable({ ...id, name }, { kind: 'table', table: { ...table, identifier: { ...id, name } } });
      return;
    }
    case 'set-options': alter({ options: { ...table.options, ...optionsOf(change.options) } }); return;
    case 'reset-options':
      if (change.keys.includes('connector')) throw new TableError('TABLE_OPTION_INVALID', "ALTER TABLE RESET does not support changing 'connector'");
      alter({ options: Object.fromEntries(Object.entries(table.options).filter(([key]) => !change.keys.includes(key))) });
      return;
    case 'add-distribution': case 'modify-distribution': case 'drop-distribution': alter({ distribution: alteredDistribution(table, change) }); return;
    case 'add-partitions': case 'drop-partitions': alter({ partitions: alteredPartitions(table, change) }); return;
    default: {
      const lines = alterSchema(table, change, text);
      if (lines === undefined) failAt(text, change.span, `ALTER TABLE: ${change.kind.replaceAll('-', ' ')} is not supported`);
      else alter({ schema: resolveLines(lines, session) });
    }
  }
}

function alteredDistribution(table: ResolvedTable, change: ChangeDistribution | DropDistribution): TableDistribution | undefined {
  const refuse = (problem: string): never => { throw new TableError('TABLE_NOT_SUPPORTED', `Failed to execute ALTER TABLE statement. ${problem}`); };
  if (change.kind === 'add-distribution' && table.distribution !== undefined) refuse('The base table has already defined a distribution. You can modify it or drop it before adding a new one.');
  if (change.kind !== 'add-distribution' && table.distribution === undefined) refuse('The base table does not define any distribution. You might want to add a new one.');
  if (change.kind === 'drop-distribution') return undefined;
  const distribution = distributionOf(change.distribution);
  const unknown = distribution.columns.find((column) => !table.schema.columns.some(({ name }) => name === column));
  return unknown === undefined ? distribution : refuse(`The column \`${unknown}\` of the distribution does not exist in the table.`);
}

function resolveLines({ columns, watermark, primaryKey }: SchemaLines, session: Session): ResolvedTable['schema'] {
  const lines = [...columns.map(({ line }) => line), watermark, primaryKey].filter((line) => line !== undefined);
  const text = `CREATE TABLE altered (\n  ${lines.join(',\n  ')}\n)`;
  return resolveSchema((parseStatement(text) as CreateTable).elements, new StatementValidator(text, session));
}

function alterView(statement: AlterStatement, text: string, session: Session): void {
  const { catalogs } = session;
  const id = catalogs.qualify(partsOf(statement.name));
  const found = existing(statement, id, session);
  if (found === undefined) return;
  if (found.kind === 'table') throw new TableError('TABLE_NOT_SUPPORTED', 'ALTER VIEW for a table is not allowed');
  const { change } = statement;
  if (change.kind === 'rename') {
    catalogs.renameTable(id, renamed(id, catalogs.qualify(partsOf(change.newName))));
  } else if (change.kind === 'set-query') {
    const query = text.slice(change.query.span.start, change.query.span.end);
    const expansion = new NameExpansion();
    const { rowType } = new StatementValidator(text, session, { expansion }).query(change.query);
    catalogs.alterTable(id, { ...found, originalQuery: query, expandedQuery: expansion.textOf(change.query, text, catalogs), rowType });
  } else {
    failAt(text, change.span, `ALTER VIEW: ${change.kind.replaceAll('-', ' ')} is not supported`);
  }
}

function alterDatabase(statement: AlterStatement, text: string, { catalogs }: Session): void {
  const parts = partsOf(statement.name);
  const catalog = catalogs.catalog(parts.length === 2 ? parts[0]! : catalogs.currentCatalog);
  const name = parts.at(-1)!;
  const database = catalog.getDatabase(name);
  if (database === undefined) throw new TableError('CATALOG_OBJECT_UNKNOWN', `Database ${name} does not exist in Catalog ${catalog.name}.`);
  const { change } = statement;
  if (change.kind === 'set-options') catalog.alterDatabase(name, { ...database, options: { ...database.options, ...optionsOf(change.options) } });
  else if (change.kind === 'reset-options') catalog.alterDatabase(name, { ...database, options: Object.fromEntries(Object.entries(database.options).filter(([key]) => !change.keys.includes(key))) });
  else failAt(text, change.span, `ALTER DATABASE: ${change.kind.replaceAll('-', ' ')} is not supported`);
}

function existing(statement: AlterStatement, id: ObjectIdentifier, { catalogs }: Session): CatalogTable | undefined {
  const found = catalogs.getTable(id);
  if (found !== undefined && !catalogs.isTemporary(id)) return found;
  if (statement.ifExists) return undefined;
  throw new TableError('CATALOG_OBJECT_UNKNOWN', `${statement.object === 'TABLE' ? 'Table' : 'View'} ${identifierText(id)} doesn't exist or is a temporary ${statement.object.toLowerCase()}.`);
}

/** The new name of an object, which stays in its database. */
function renamed(id: ObjectIdentifier, newId: ObjectIdentifier): string {
  if (newId.catalog !== id.catalog) throw new TableError('TABLE_NOT_SUPPORTED', `The catalog name of the new table name '${identifierText(newId)}' must be the same as that of the old table name '${identifierText(id)}'.`);
  return newId.name;
}
