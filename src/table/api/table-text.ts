// Tables and views as the CREATE statements that make them again: what SHOW CREATE answers, and what ALTER TABLE edits.
import type { CatalogView } from '#table/catalog/catalog';
import { identifierText, type ObjectIdentifier, type ResolvedColumn, type ResolvedSchema, type ResolvedTable, type TableDistribution } from '#table/catalog/resolved-table';
import { parseExpression } from '#table/parser/parser';
import type { ColumnReference, Expression } from '#table/parser/ast-expression';
import { walkSyntax } from '#table/parser/syntax-walk';
import { printExpression } from '#table/printer/printer';
import { backTicked, stringText } from '#table/printer/sql-text';
import { serializableTypeText } from '#table/types/type-text';

/** An expression as Flink keeps it: column names between back-ticks. */
export function quotedExpression(text: string): string {
  const expression: Expression = parseExpression(text);
  walkSyntax(expression, (node) => {
    if (node.kind !== 'column-reference') return;
    // The tree is this function's own: nobody else has seen it.
    for (const part of (node as ColumnReference).parts as readonly { isQuoted: boolean }[]) part.isQuoted = true;
  });
  return printExpression(expression);
}

const commentText = (comment: string | undefined): string => (comment === undefined || comment === '' ? '' : ` COMMENT ${stringText(comment)}`);

export function columnText(column: ResolvedColumn): string {
  const name = backTicked(column.name);
  const comment = commentText(column.comment);
  switch (column.kind) {
    case 'physical': return `${name} ${serializableTypeText(column.type)}${comment}`;
    case 'metadata': return `${name} ${serializableTypeText(column.type)} METADATA${column.key === column.name ? '' : ` FROM ${stringText(column.key)}`}${column.isVirtual ? ' VIRTUAL' : ''}${comment}`;
    case 'computed': return `${name} AS ${quotedExpression(column.text)}${comment}`;
  }
}

export const watermarkText = ({ column, text }: NonNullable<ResolvedSchema['watermark']>): string => `WATERMARK FOR ${column.split('.').map(backTicked).join('.')} AS ${quotedExpression(text)}`;

export const primaryKeyText = ({ name, columns }: NonNullable<ResolvedSchema['primaryKey']>): string => `CONSTRAINT ${backTicked(name)} PRIMARY KEY (${columns.map(backTicked).join(', ')}) NOT ENFORCED`;

function distributionText({ method, columns, buckets }: TableDistribution): string {
  const by = columns.length === 0 ? '' : ` BY ${method ?? ''}(${columns.map(backTicked).join(', ')})`;
  return `DISTRIBUTED${by}${buckets === undefined ? '' : ` INTO ${buckets} BUCKETS`}`;
}

/** What stands between the parentheses, an entry a line. */
export function schemaLines({ columns, watermark, primaryKey }: ResolvedSchema): readonly string[] {
  return [...columns.map(columnText), ...(watermark === undefined ? [] : [watermarkText(watermark)]), ...(primaryKey === undefined ? [] : [primaryKeyText(primaryKey)])];
}

export function createTableText(table: ResolvedTable, isTemporary: boolean): string {
  const options = Object.entries(table.options).map(([key, value]) => `  ${stringText(key)} = ${stringText(value)}`).sort();
  return [
    `CREATE ${isTemporary ? 'TEMPORARY ' : ''}TABLE ${identifierText(table.identifier)} (`,
    schemaLines(table.schema).map((line) => `  ${line}`).join(',\n'),
    ')',
    ...(table.comment === undefined || table.comment === '' ? [] : [`COMMENT ${stringText(table.comment)}`]),
    ...(table.distribution === undefined ? [] : [distributionText(table.distribution)]),
    ...(table.partitionKeys.length === 0 ? [] : [`PARTITIONED BY (${table.partitionKeys.map(backTicked).join(', ')})`]),
    ...(options.length === 0 ? [] : ['WITH (', options.join(',\n'), ')']),
    '',
  ].join('\n');
}

export function createViewText(id: ObjectIdentifier, view: CatalogView): string {
  return [
    `CREATE ${view.isTemporary ? 'TEMPORARY ' : ''}VIEW ${identifierText(id)} (`,
    view.rowType.fields.map(({ name }) => `  ${backTicked(name)}`).join(',\n'),
    ')',
    ...(view.comment === undefined || view.comment === '' ? [] : [`COMMENT ${stringText(view.comment)}`]),
    `AS ${view.expandedQuery}`,
    '',
  ].join('\n');
}
