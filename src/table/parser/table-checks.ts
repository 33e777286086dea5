// Checks of what tables are made of: columns, keys, watermarks, LIKE, CTAS and RTAS.
import type { ColumnDefinition, CreateTable, TableConstraint, TableElement, TableLike, Watermark } from '#table/parser/ast-ddl';
import type { CheckReport } from '#table/parser/check-report';

/** Of these a LIKE clause can overwrite what the source table has. */
const OVERWRITABLE = new Set(['GENERATED', 'METADATA', 'OPTIONS', 'WATERMARKS']);

export function checkCreateTable(statement: CreateTable, report: CheckReport): void {
  checkElements(statement.elements, report);
  checkActions(statement, report);
  if (statement.like !== undefined) checkLike(statement.like, report);
  // With LIKE or AS SELECT there are columns that are not written here.
  if (statement.like === undefined && statement.query === undefined) checkReferences(statement, report);
}

/** One primary key, one watermark, no column twice; the parts may come from CREATE or ALTER. */
export function checkElements(elements: readonly TableElement[], report: CheckReport): void {
  const columns = elements.filter(isColumn);
  const names = elements.filter((element) => isColumn(element) || element.kind === 'column-name').map(({ name }) => name!);
  report.failOnDuplicates(names, (name) => `A column named '${name}' already exists in the table`);
  const watermarks = elements.filter((element) => element.kind === 'watermark');
  if (watermarks.length > 1) report.fail(watermarks[1]!.span, 'Multiple WATERMARK declarations are not supported yet', 'Keep one of them.');
  const constraints = constraintsOf(elements);
  const keys = constraints.filter(({ constraint }) => constraint === 'PRIMARY KEY');
  if (keys.length > 1) report.fail(keys[1]!.span, 'Duplicate primary key definition', 'Name all columns of the key in one PRIMARY KEY (a, b) NOT ENFORCED.');
  for (const constraint of constraints) checkConstraint(constraint, columns, report);
}

function isColumn(element: TableElement): element is ColumnDefinition {
  return element.kind === 'physical-column' || element.kind === 'computed-column' || element.kind === 'metadata-column';
}

function constraintsOf(elements: readonly TableElement[]): TableConstraint[] {
  return elements.flatMap((element) => {
    if (element.kind === 'table-constraint') return [element];
    return element.kind === 'physical-column' && element.constraint !== undefined ? [element.constraint] : [];
  });
}

function checkConstraint({ constraint, enforcement, columns, span }: TableConstraint, definitions: readonly ColumnDefinition[], report: CheckReport): void {
  report.failIf(constraint === 'UNIQUE', span, 'UNIQUE constraint is not supported yet', 'Use PRIMARY KEY ... NOT ENFORCED.');
  report.failIf(
    enforcement !== 'NOT ENFORCED', span, "Flink doesn't support ENFORCED mode for PRIMARY KEY constraint: the key stands",
    'ENFORCED/NOT ENFORCED controls if the constraint checks are performed on the incoming/outgoing data. Flink does not own the data therefore the only supported mode is the NOT ENFORCED mode: write PRIMARY KEY (...) NOT ENFORCED.',
  );
  report.failOnDuplicates(columns, (name) => `The primary key holds the column '${name}' twice`);
  for (const { name, span: nameSpan } of columns) {
    const definition = definitions.find((column) => column.name.name === name);
    const isOfTable = definition === undefined || definition.kind === 'physical-column';
    report.failIf(!isOfTable, nameSpan, `Could not create a PRIMARY KEY with column '${name}'`, 'A PRIMARY KEY constraint must be declared on physical columns.');
  }
}

// ---- names that must be among the columns

function checkReferences(statement: CreateTable, report: CheckReport): void {
  const names = statement.elements.filter(isColumn).map(({ name }) => name.name);
  const available = `Available columns: [${names.join(', ')}].`;
  for (const { columns } of constraintsOf(statement.elements)) {
    for (const { name, span } of columns) report.failIf(!names.includes(name), span, `Primary key column '${name}' is not defined in the schema`, available);
  }
  for (const { name, span } of statement.partitionedBy) report.failIf(!names.includes(name), span, `Partition column '${name}' not defined in the table schema`, available);
  for (const { name, span } of statement.distribution?.columns ?? []) report.failIf(!names.includes(name), span, `Bucket key column '${name}' not defined in the table schema`, available);
  for (const element of statement.elements) if (element.kind === 'watermark') checkWatermark(element, names, available, report);
}

function checkWatermark({ column }: Watermark, names: readonly string[], available: string, report: CheckReport): void {
  const name = column.parts.map((part) => part.name).join('.');
  report.failIf(!names.includes(column.parts[0]!.name), column.span, `The rowtime attribute field '${name}' is not defined in the table schema`, available);
}

// ---- LIKE, AS SELECT

function checkLike({ options }: TableLike, report: CheckReport): void {
  const seen = new Set<string>();
  for (const { strategy, feature, span } of options) {
    report.failIf(seen.has(feature), span, 'Each like option feature can be declared only once');
    report.failIf(strategy === 'OVERWRITING' && !OVERWRITABLE.has(feature), span, `Illegal merging strategy 'OVERWRITING' for '${feature}' option`);
    seen.add(feature);
  }
}

function checkActions(statement: CreateTable, report: CheckReport): void {
  const { action, query, isTemporary, ifNotExists, name, elements } = statement;
  const isReplace = action !== 'create';
  report.failIf(isReplace && query === undefined, name.span, 'REPLACE TABLE needs a query', 'Add AS SELECT ..., or DROP the table and CREATE it.');
  const statementName = isReplace ? 'REPLACE TABLE AS SELECT' : 'CREATE TABLE AS SELECT';
  report.failIf(query !== undefined && isTemporary, name.span, `${statementName} syntax does not support to create temporary table yet`);
  report.failIf(isReplace && ifNotExists, name.span, `${statementName} syntax does not support IF NOT EXISTS statements yet`);
  const bare = elements.find((element) => element.kind === 'column-name');
  report.failIf(bare !== undefined && query === undefined, bare?.span ?? name.span, 'Columns identifiers without types in the schema are supported on CTAS/RTAS statements only', 'Give the column a type.');
}
