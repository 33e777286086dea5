// What the converters of a statement share: its text, the session, and how expressions and table names are converted.
import type { CallExpression, Expression as ExpressionNode } from '#table/parser/ast-expression';
import type { ObjectPath } from '#table/parser/ast-node';
import type { Query, WindowSpecification } from '#table/parser/ast-query';
import type { Expression } from '#table/expressions/expression';
import type { TableFunctionDefinition } from '#table/functions/function-definition';
import type { ProcessTableFunctionDefinition } from '#table/functions/process-table-definition';
import type { TableAggregateFunctionDefinition } from '#table/functions/table-aggregate-definition';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { NameExpansion } from '#table/validator/name-expansion';
import type { QueryScope } from '#table/validator/query-scope';

export interface ExpressionOptions {
  /** Where the expression stands; a condition where the clause takes one. */
  readonly clause?: 'WHERE' | 'DEFINE' | 'ON' | 'HAVING' | 'QUALIFY' | 'GROUP BY' | 'ORDER BY' | 'SELECT';
  readonly allowsAggregates?: boolean;
  readonly allowsOver?: boolean;
  readonly windows?: ReadonlyMap<string, WindowSpecification>;
  readonly convertCall?: (call: CallExpression) => Expression | undefined;
  readonly substitute?: (node: ExpressionNode) => Expression | undefined;
}

export interface ValidatorContext {
  readonly text: string;
  readonly isBatch: boolean;
  readonly timeZone: string;
  /** Who wants to know what names stand for. */
  readonly expansion: NameExpansion | undefined;
  /** @param outer the query around, for sub-queries. */
  query(query: Query, outer?: QueryScope): LogicalPlan;
  expression(node: ExpressionNode, scope: QueryScope, options: ExpressionOptions): Expression;
  /** Folds constants. */
  reduce(expression: Expression): Expression;
  /** A table, view or common table. `options`: of an OPTIONS hint. */
  tableOf(path: ObjectPath, scope: QueryScope, options: Readonly<Record<string, string>>): LogicalPlan;
  /** The module is loaded and used. */
  hasModule(name: string): boolean;
  findTableFunction(parts: readonly string[]): TableFunctionDefinition | undefined;
  findProcessTableFunction(parts: readonly string[]): ProcessTableFunctionDefinition | undefined;
  findTableAggregateFunction(parts: readonly string[]): TableAggregateFunctionDefinition | undefined;
  /** Built-in or user's. */
  isAggregateFunction(parts: readonly string[]): boolean;
}
