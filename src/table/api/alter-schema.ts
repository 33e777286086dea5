// ALTER TABLE of columns, watermark and primary key. A schema is edited as the lines of its CREATE TABLE statement and resolved
// anew, so that whatever refers to a column that has moved or changed its type is bound again. Flink's messages.
import { columnText, primaryKeyText, watermarkText } from '#table/api/table-text';
import { baseColumns, type ResolvedSchema, type ResolvedTable } from '#table/catalog/resolved-table';
import { TableError } from '#table/errors';
import { inputsOf } from '#table/expressions/expression-facts';
import type { AlterChange, ChangeSchema, PositionedColumn } from '#table/parser/ast-alter';
import type { ObjectPath } from '#table/parser/ast-node';
import { backTicked } from '#table/printer/sql-text';

export interface SchemaLines {
  readonly columns: readonly { readonly name: string; readonly line: string }[];
  readonly watermark: string | undefined;
  readonly primaryKey: string | undefined;
}

export function linesOf({ columns, watermark, primaryKey }: ResolvedSchema): SchemaLines {
  return {
    columns: columns.map((column) => ({ name: column.name, line: columnText(column) })),
    watermark: watermark === undefined ? undefined : watermarkText(watermark), primaryKey: primaryKey === undefined ? undefined : primaryKeyText(primaryKey),
  };
}

/** Undefined where the change is none of the schema. Throws TABLE_NOT_SUPPORTED with what is wrong. */
export function alterSchema(table: ResolvedTable, change: AlterChange, text: string): SchemaLines | undefined {
  const lines = linesOf(table.schema);
  switch (change.kind) {
    case 'add-schema': return addElements(table, lines, change, text);
    case 'modify-schema': return modifyElements(table, lines, change, text);
    case 'rename-column': return renameColumn(table, lines, nameOf(change.column), nameOf(change.newName));
    case 'drop-columns': return change.columns.map(nameOf).reduce((left, name) => dropColumn(table, left, name, change.columns.map(nameOf)), lines);
    case 'drop-primary-key': case 'drop-constraint': {
      const { primaryKey } = table.schema;
      if (primaryKey === undefined) return refuse('The base table does not define any primary key.');
      if (change.kind === 'drop-constraint' && change.name.name !== primaryKey.name) refuse(`The base table does not define a primary key constraint named '${change.name.name}'. Available constraint name: ['${primaryKey.name}'].`);
      return { ...lines, primaryKey: undefined };
    }
    case 'drop-watermark':
      if (lines.watermark === undefined) refuse('The base table does not define any watermark strategy.');
      return { ...lines, watermark: undefined };
    default: return undefined;
  }
}

const refuse = (problem: string): never => {
  throw new TableError('TABLE_NOT_SUPPORTED', `Failed to execute ALTER TABLE statement. ${problem}`);
};

const nameOf = (path: ObjectPath): string => (path.parts.length === 1 ? path.parts[0]!.name : refuse(`Alter nested row type ${path.parts.map(({ name }) => backTicked(name)).join('.')} is not supported yet.`));

function addElements(table: ResolvedTable, lines: SchemaLines, { elements }: ChangeSchema, text: string): SchemaLines {
  let { columns, watermark, primaryKey } = lines;
  for (const element of elements) {
    const line = text.slice(element.span.start, element.span.end);
    if (element.kind === 'watermark') {
      if (watermark !== undefined) refuse(`The base table has already defined the watermark strategy ${watermark.slice('WATERMARK FOR '.length)}. You might want to drop it before adding a new one.`);
      watermark = line;
    } else if (element.kind === 'table-constraint') {
      if (primaryKey !== undefined) refuse(`The base table has already defined the primary key constraint [${table.schema.primaryKey!.columns.map(backTicked).join(', ')}]. You might want to drop it before adding a new one.`);
      primaryKey = line;
    } else {
      const name = columnName(element);
      if (columns.some((column) => column.name === name)) refuse(`Try to add a column \`${name}\` which already exists in the table.`);
      columns = placed(columns, { name, line: definitionText(element, text) }, element.position, columns.length);
    }
  }
  return { columns, watermark, primaryKey };
}

function modifyElements(table: ResolvedTable, lines: SchemaLines, { elements }: ChangeSchema, text: string): SchemaLines {
  let { columns, watermark, primaryKey } = lines;
  for (const element of elements) {
    const line = text.slice(element.span.start, element.span.end);
    if (element.kind === 'watermark') {
      if (watermark === undefined) refuse('The base table does not define any watermark. You might want to add a new one.');
      watermark = line;
    } else if (element.kind === 'table-constraint') {
      if (primaryKey === undefined) refuse('The base table does not define any primary key constraint. You might want to add a new one.');
      primaryKey = line;
    } else {
      const name = columnName(element);
      const at = columns.findIndex((column) => column.name === name);
      if (at < 0) refuse(`Try to modify a column \`${name}\` which does not exist in the table.`);
      checkComputedUse(table, name, []);
      columns = placed(columns.filter((_, index) => index !== at), { name, line: definitionText(element, text) }, element.position, at);
    }
  }
  return { columns, watermark, primaryKey };
}

const columnName = ({ parents, column }: PositionedColumn): string => (parents.length === 0 ? column.name.name : refuse(`Alter nested row type ${[...parents, column.name].map(({ name }) => backTicked(name)).join('.')} is not supported yet.`));

const definitionText = ({ column }: PositionedColumn, text: string): string => text.slice(column.span.start, column.span.end);

function placed(columns: SchemaLines['columns'], column: SchemaLines['columns'][number], position: PositionedColumn['position'], otherwise: number): SchemaLines['columns'] {
  let at = otherwise;
  if (position === 'FIRST') at = 0;
  else if (position !== undefined) {
    const after = nameOf(position.after);
    at = columns.findIndex(({ name }) => name === after) + 1;
    if (at === 0) refuse(`Referenced column \`${after}\` by 'AFTER' does not exist in the table.`);
  }
  return columns.toSpliced(at, 0, column);
}

function renameColumn(table: ResolvedTable, lines: SchemaLines, from: string, to: string): SchemaLines {
  const column = table.schema.columns.find(({ name }) => name === from);
  if (column === undefined) return refuse(`The column \`${from}\` does not exist in the base table.`);
  if (lines.columns.some(({ name }) => name === to)) refuse(`The column \`${to}\` already existed in table schema.`);
  if (table.partitionKeys.includes(from)) refuse(`Can not rename column \`${from}\` because it is used as the partition keys.`);
  checkUse(table, from, []);
  const key = table.schema.primaryKey;
  return {
    columns: lines.columns.map((line) => (line.name === from ? { name: to, line: columnText({ ...column, name: to }) } : line)), watermark: lines.watermark,
    primaryKey: key === undefined ? undefined : primaryKeyText({ ...key, columns: key.columns.map((name) => (name === from ? to : name)) }),
  };
}

function dropColumn(table: ResolvedTable, lines: SchemaLines, name: string, dropped: readonly string[]): SchemaLines {
  if (!lines.columns.some((column) => column.name === name)) refuse(`The column \`${name}\` does not exist in the base table.`);
  checkUse(table, name, dropped);
  if (table.schema.primaryKey?.columns.includes(name) === true) refuse(`The column \`${name}\` is used as the primary key.`);
  if (table.partitionKeys.includes(name)) refuse(`The column \`${name}\` is used as the partition keys.`);
  return { ...lines, columns: lines.columns.filter((column) => column.name !== name) };
}

function checkUse(table: ResolvedTable, name: string, dropped: readonly string[]): void {
  checkComputedUse(table, name, dropped);
  const { watermark, columns } = table.schema;
  if (watermark !== undefined && (watermark.column === name || inputsOf([watermark.expression]).some((index) => columns[index]!.name === name))) refuse(`The column \`${name}\` is referenced by watermark expression.`);
}

/** @param dropped columns that go with it may use it. */
function checkComputedUse(table: ResolvedTable, name: string, dropped: readonly string[]): void {
  const base = baseColumns(table.schema);
  const users = table.schema.columns.filter((column) => column.kind === 'computed' && !dropped.includes(column.name) && inputsOf([column.expression]).some((index) => base[index]!.name === name));
  if (users.length > 0) refuse(`The column \`${name}\` is referenced by computed column ${users.map((column) => backTicked(column.name)).join(', ')}.`);
}
