// What the grammar allows and a statement must not say all the same: clauses that contradict each other. Nothing here
// needs a catalog or a type. Flink's words where it has them. Run by who takes statements from users, after parsing.
import type { AlterStatement } from '#table/parser/ast-alter';
import type { CreateFunction, CreateMaterializedTable, CreateView, TableElement } from '#table/parser/ast-ddl';
import type { OptionItem } from '#table/parser/ast-node';
import type { InsertStatement, Statement } from '#table/parser/ast-statement';
import { CheckReport } from '#table/parser/check-report';
import { checkQueryNode } from '#table/parser/query-checks';
import { walkSyntax, type AnyNode } from '#table/parser/syntax-walk';
import { checkCreateTable, checkElements } from '#table/parser/table-checks';

/** Throws SqlParserError (SQL_STATEMENT_INVALID) at the first contradiction. `text` is what the statement was parsed from. */
export function checkStatement(text: string, statement: Statement): void {
  const report = new CheckReport(text);
  walkSyntax(statement, (node) => checkNode(node, report));
}

function checkNode(node: AnyNode, report: CheckReport): void {
  const statement = node as Statement;
  switch (statement.kind) {
    case 'create-table':
      checkCreateTable(statement, report);
      checkOptions(statement.options, report);
      break;
    case 'create-materialized-table':
      checkMaterializedTable(statement, report);
      break;
    case 'create-view':
      checkView(statement, report);
      break;
    case 'create-function':
      checkFunction(statement, report);
      break;
    case 'create-catalog':
    case 'create-database':
    case 'create-model':
    case 'create-connection':
    case 'load-module':
      checkOptions(statement.options, report);
      break;
    case 'alter':
      checkAlter(statement, report);
      break;
    case 'insert':
      checkInsert(statement, report);
      break;
    case 'explain':
      report.failIf(new Set(statement.details).size < statement.details.length, statement.span, 'Duplicate EXPLAIN DETAIL is not allowed');
      break;
    default:
      checkQueryNode(node, report);
  }
}

function checkOptions(options: readonly OptionItem[], report: CheckReport): void {
  const seen = new Set<string>();
  for (const { key, span } of options) {
    report.failIf(seen.has(key), span, `The option '${key}' is given twice`, 'Remove one of them.');
    seen.add(key);
  }
}

function checkMaterializedTable(statement: CreateMaterializedTable, report: CheckReport): void {
  checkElements(statement.elements, report);
  checkOptions(statement.options, report);
  checkFreshness(statement.freshness, report);
}

function checkFreshness(freshness: CreateMaterializedTable['freshness'], report: CheckReport): void {
  if (freshness === undefined) return;
  const { qualifier, span } = freshness;
  const isSimple = qualifier.to === undefined && ['SECOND', 'MINUTE', 'HOUR', 'DAY'].includes(qualifier.from);
  report.failIf(!isSimple, span, 'Materialized table freshness only support SECOND, MINUTE, HOUR, DAY as the time unit');
  report.failIf(freshness.kind === 'interval-literal' && freshness.isNegative, span, "Materialized table freshness doesn't support negative value");
}

function checkView(statement: CreateView, report: CheckReport): void {
  report.failIf(statement.isOrReplace && statement.ifNotExists, statement.name.span, 'CREATE OR REPLACE VIEW takes no IF NOT EXISTS', 'Leave out one of them.');
  report.failOnDuplicates(statement.columns, (name) => `A column named '${name}' already exists in the view`);
}

function checkFunction(statement: CreateFunction, report: CheckReport): void {
  const { language, resources, isSystem, name } = statement;
  report.failIf(isSystem && name.parts.length > 1, name.span, 'A system function has a simple name, without catalog and database');
  const isJava = language === undefined || language === 'JAVA' || language === 'SCALA';
  report.failIf(resources.some(({ resource }) => resource === 'JAR') && !isJava, resources[0]?.span ?? name.span, `CREATE FUNCTION USING JAR syntax is not applicable to ${language} language`);
  const isModule = /^[^#]+#[^#]+$/.test(statement.identifier);
  report.failIf(language === 'TYPESCRIPT' && !isModule, name.span, `The function '${statement.identifier}' names no export`, "Name module and export as 'module#export'.");
  checkOptions(statement.options, report);
}

function checkAlter({ object, change }: AlterStatement, report: CheckReport): void {
  switch (change.kind) {
    case 'set-options':
      report.failIf(change.options.length === 0, change.span, `ALTER ${object} SET does not support empty options`);
      checkOptions(change.options, report);
      break;
    case 'reset-options':
      report.failIf(change.keys.length === 0, change.span, `ALTER ${object} RESET does not support empty key`);
      break;
    case 'add-schema':
    case 'modify-schema':
      // A field inside a row is no column: it may be named like one.
      checkElements(change.elements.flatMap<TableElement>((element) => (element.kind !== 'positioned-column' ? [element] : element.parents.length === 0 ? [element.column] : [])), report);
      break;
    case 'drop-columns':
      report.failOnDuplicates(change.columns.map(({ parts }) => parts.at(-1)!), (column) => `Duplicate column '${column}' in DROP`);
      break;
    case 'set-freshness':
      checkFreshness(change.freshness, report);
      break;
    default:
  }
}

function checkInsert(statement: InsertStatement, report: CheckReport): void {
  report.failIf(statement.isOverwrite && statement.onConflict !== undefined, statement.table.span, 'INSERT OVERWRITE takes no ON CONFLICT', 'Use INSERT INTO.');
  const columns = [...statement.partition.map(({ column }) => column), ...statement.columns.filter(({ parts }) => parts.length === 1).map(({ parts }) => parts[0]!)];
  report.failOnDuplicates(columns, (name) => `Target column '${name}' is assigned more than once`);
}
