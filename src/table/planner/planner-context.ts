// What turning a logical plan into a physical one needs of the session.
import type { Expression } from '#table/expressions/expression';
import type { ExecNode } from '#table/exec/exec-node';
import type { ResolvedTable } from '#table/catalog/resolved-table';
import type { FunctionContext } from '#table/functions/function-definition';
import type { LookupTableSource, ScanTableSource } from '#table/factories/table-factory';
import type { SharedNodes } from '#table/planner/shared-nodes';
import type { LogicalPlan } from '#table/logical/logical-plan';

export interface PlannerContext {
  readonly isBatch: boolean;
  readonly functions: FunctionContext;
  option(key: string): string | undefined;
  scanSource(table: ResolvedTable, optionHints: Readonly<Record<string, string>>): ScanTableSource;
  /** Undefined: the table's connector cannot be asked by key. */
  lookupSource(table: ResolvedTable, optionHints: Readonly<Record<string, string>>): LookupTableSource | undefined;
  reduce(expression: Expression): Expression;
  readonly shared: SharedNodes;
  /** The physical plan of an input. */
  plan(node: LogicalPlan): ExecNode;
}
