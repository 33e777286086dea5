// Conditions that the database can apply as Flink would: comparisons of a column with a constant, IS NULL, and AND, OR, NOT of
// those. Orders of texts are the collation's there and the code points' here, so texts are only compared for equality.
import type { Expression } from '#table/expressions/expression';
import { quoted } from '#table/catalog/jdbc-address';
import { jdbcEncoder } from '#table/factories/jdbc-values';
import type { LogicalType, RowType } from '#table/types/logical-type';

const COMPARISONS: Readonly<Record<string, string>> = { '=': '=', '<>': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const MIRRORED: Readonly<Record<string, string>> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const NUMBERS: readonly LogicalType['kind'][] = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'DECIMAL', 'DOUBLE'];

/** Undefined where the database is not asked. */
export function filterText(condition: Expression, rowType: RowType): string | undefined {
  switch (condition.kind) {
    case 'input': return condition.type.kind === 'BOOLEAN' ? columnText(condition.index, rowType) : undefined;
    case 'logic': {
      const parts = condition.operands.map((operand) => filterText(operand, rowType));
      if (parts.includes(undefined)) return undefined;
      return condition.operator === 'NOT' ? `NOT (${parts[0]!})` : parts.map((part) => `(${part!})`).join(` ${condition.operator} `);
    }
    case 'call': return callText(condition.function.name, condition.arguments, rowType);
    default: return undefined;
  }
}

const columnText = (index: number, rowType: RowType): string => quoted(rowType.fields[index]!.name);

function callText(name: string, [left, right]: readonly Expression[], rowType: RowType): string | undefined {
  if ((name === 'IS NULL' || name === 'IS NOT NULL') && left?.kind === 'input') return `${columnText(left.index, rowType)} ${name}`;
  if (!(name in COMPARISONS) || left === undefined || right === undefined) return undefined;
  if (left.kind === 'input' && right.kind === 'literal') return comparisonText(COMPARISONS[name]!, left, right, rowType);
  return left.kind === 'literal' && right.kind === 'input' ? comparisonText(MIRRORED[name]!, right, left, rowType) : undefined;
}

function comparisonText(operator: string, column: Expression & { kind: 'input' }, { value, type }: Expression & { kind: 'literal' }, rowType: RowType): string | undefined {
  const text = literalText(value, type, column.type, operator === '=' || operator === '<>');
  return text && `${columnText(column.index, rowType)} ${operator} ${text}`;
}

function literalText(value: unknown, type: LogicalType, column: LogicalType, isEquality: boolean): string | undefined {
  if (value === null) return undefined;
  const text = jdbcEncoder(type)(value)!;
  if (NUMBERS.includes(type.kind) && NUMBERS.includes(column.kind)) return Number.isFinite(Number(text)) ? `(${text})` : undefined;
  const isText = (kind: LogicalType['kind']): boolean => kind === 'CHAR' || kind === 'VARCHAR';
  if (isText(type.kind) && isText(column.kind)) return isEquality && !text.includes('\0') ? `'${text.replaceAll("'", "''")}'` : undefined;
  if (type.kind !== column.kind) return undefined;
  if (type.kind === 'BOOLEAN') return text;
  return type.kind === 'DATE' || type.kind === 'TIME' || type.kind === 'TIMESTAMP' ? `${type.kind} '${text}'` : undefined;
}
