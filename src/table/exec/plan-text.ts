// Expressions and plans as text, in the way Flink's EXPLAIN shows them.
import type { AggregateExpression, Expression, SortKey } from '#table/expressions/expression';
import type { ExecNode } from '#table/exec/exec-node';
import type { LogicalField } from '#table/types/logical-type';
import { summaryTypeText } from '#table/types/type-text';

const INFIX = new Set(['+', '-', '*', '/', '%', '=', '<>', '<', '<=', '>', '>=', '||', 'LIKE', 'SIMILAR TO', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);
const POSTFIX = new Set(['IS NULL', 'IS NOT NULL', 'IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', 'IS UNKNOWN', 'IS NOT UNKNOWN']);

/** Columns by name. */
export function expressionText(expression: Expression, fields: readonly LogicalField[]): string {
  const text = (part: Expression): string => expressionText(part, fields);
  switch (expression.kind) {
    case 'input': return fields[expression.index]?.name ?? `$${expression.index}`;
    case 'literal': return literalText(expression.value, expression.type.kind);
    case 'call': return callText(expression.function.name, expression.arguments.map(text));
    case 'cast': return `${expression.isTry ? 'TRY_CAST' : 'CAST'}(${text(expression.operand)} AS ${summaryTypeText({ ...expression.type, isNullable: true })})`;
    case 'field': {
      const { type } = expression.operand;
      const name = type.kind === 'ROW' || type.kind === 'STRUCTURED' ? type.fields[expression.index]!.name : String(expression.index);
      return `${text(expression.operand)}.${name}`;
    }
    case 'logic': return expression.operator === 'NOT' ? `NOT(${text(expression.operands[0]!)})` : `(${expression.operands.map(text).join(` ${expression.operator} `)})`;
    case 'case': return `CASE(${[...expression.branches.flatMap(({ condition, value }) => [text(condition), text(value)]), text(expression.otherwise)].join(', ')})`;
    case 'correlated': return `$cor${expression.depth}.$${expression.index}`;
    case 'subquery': return `${expression.form}(…)`;
    case 'aggregate': case 'over': return aggregateText(expression.call, fields);
  }
}

export function aggregateText(call: AggregateExpression, fields: readonly LogicalField[]): string {
  const args = call.arguments.length === 0 && call.function.name === 'COUNT' ? ['*'] : call.arguments.map((argument) => expressionText(argument, fields));
  const filter = call.filter === undefined ? '' : ` FILTER ${expressionText(call.filter, fields)}`;
  return `${call.function.name}(${call.isDistinct ? 'DISTINCT ' : ''}${args.join(', ')})${filter}`;
}

/** Rows that are written in the query. */
export function tuplesText(rows: readonly (readonly unknown[])[]): string {
  const text = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));
  return `tuples=[[${rows.map((row) => `{ ${row.map(text).join(', ')} }`).join(', ')}]]`;
}

export function sortText(keys: readonly SortKey[], fields: readonly LogicalField[]): string {
  return keys.map((key) => `${expressionText(key.expression, fields)} ${key.isAscending ? 'ASC' : 'DESC'}`).join(', ');
}

function callText(name: string, operands: readonly string[]): string {
  if (INFIX.has(name) && operands.length === 2) return `(${operands[0]!} ${name} ${operands[1]!})`;
  if (POSTFIX.has(name) && operands.length === 1) return `${operands[0]!} ${name}`;
  return `${name}(${operands.join(', ')})`;
}

function literalText(value: unknown, kind: string): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'object') return `${kind} literal`;
  return kind.startsWith('INTERVAL') ? `${String(value)}:${kind.replaceAll('_', ' ')}` : String(value);
}

/** What stands in the line of a node beside its description. */
export interface NodeText {
  /** Before the closing parenthesis. */
  readonly inside?: (node: ExecNode) => string;
  /** What a node reads, where that is not what it was made over. */
  readonly inputs?: (node: ExecNode) => readonly ExecNode[];
  /** At the end of the line. */
  readonly behind?: (node: ExecNode) => string;
}

/** A tree per root: a line per node, children indented below. What is used twice is printed once, and then by its reuse number. */
export function planTrees(roots: readonly ExecNode[], text: NodeText = {}): readonly string[] {
  const uses = new Map<ExecNode, number>();
  const inputsOf = text.inputs ?? ((node: ExecNode) => node.inputs);
  const count = (node: ExecNode): void => {
    uses.set(node, (uses.get(node) ?? 0) + 1);
    if (uses.get(node) === 1) inputsOf(node).forEach(count);
  };
  roots.forEach(count);
  const numbers = new Map<ExecNode, number>();
  return roots.map((root) => {
    const lines: string[] = [];
    printNode(root, '', '', lines);
    return lines.join('\n');
  });

  function printNode(node: ExecNode, prefix: string, branch: string, lines: string[]): void {
    const known = numbers.get(node);
    if (known !== undefined) {
      lines.push(`${prefix}${branch}Reused(reference_id=[${known}])`);
      return;
    }
    let mark = '';
    if (uses.get(node)! > 1 && inputsOf(node).length > 0) {
      numbers.set(node, numbers.size + 1);
      mark = `(reuse_id=[${numbers.size}])`;
    }
    lines.push(`${prefix}${branch}${node.kind}(${node.description}${text.inside?.(node) ?? ''})${mark}${text.behind?.(node) ?? ''}`);
    const inner = branch === '' ? prefix : prefix + (branch === '+- ' ? '   ' : ':  ');
    inputsOf(node).forEach((input, index, all) => printNode(input, inner, index === all.length - 1 ? '+- ' : ':- ', lines));
  }
}

/** How a plan shows what STATE_TTL hints say of each input. */
export function stateTtlText(ttls: readonly (string | undefined)[] | undefined, names: readonly string[]): string {
  const said = (ttls ?? []).flatMap((ttl, input) => (ttl === undefined ? [] : [`${names[input]!}=${ttl}`]));
  return said.length === 0 ? '' : `, stateTtlHints=[[[STATE_TTL options:{${said.join(', ')}}]]]`;
}
