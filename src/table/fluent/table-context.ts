// What tables of the Table API need of their environment: statements made into plans, and plans run.
import type { ExpressionTable } from '#table/fluent/column-expression';
import type { TableResult } from '#table/api/table-result';
import type { LogicalPlan } from '#table/logical/logical-plan';
import type { ExplainDetail } from '#table/parser/ast-statement';
import type { Modification } from '#table/planner/planner';

export interface TableContext {
  /** The plan of a query in which each of `tables` is known by its name. Throws as executeSql does. */
  plan(query: string, tables: readonly ExpressionTable[]): LogicalPlan;
  /** The plan of `SELECT keys …, f(…) FROM table` with a table aggregate function, whose columns may be given names. */
  tableAggregate(query: string, names: readonly string[] | undefined, tables: readonly ExpressionTable[]): LogicalPlan;
  execute(plan: LogicalPlan): Promise<TableResult>;
  explain(plan: LogicalPlan, details: readonly ExplainDetail[]): string;
  /** What writes the plan's rows into a table of a catalog. */
  modification(path: string, plan: LogicalPlan, options: { readonly isOverwrite: boolean }): Modification;
  executeModifications(modifications: readonly Modification[]): Promise<TableResult>;
  explainModifications(modifications: readonly Modification[], details: readonly ExplainDetail[]): string;
  compileModifications(modifications: readonly Modification[]): string;
  /** A name under which SQL texts find the plan. */
  register(plan: LogicalPlan): string;
}
