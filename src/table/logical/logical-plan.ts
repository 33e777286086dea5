// The logical plan: what a query means, as a tree of relational nodes with typed expressions. Made by the validator, rewritten by
// the rules, read by the physical planner. Nodes are immutable; every node knows its row type.
// Expressions refer to input columns by position; in a join the right input's columns follow the left's.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import type { AggregateExpression, Expression, OverWindow, SortKey } from '#table/expressions/expression';
import type { TableFunctionDefinition } from '#table/functions/function-definition';
import type { ProcessTableFunctionDefinition, ProcessTableParameter } from '#table/functions/process-table-definition';
import type { TableAggregateFunctionDefinition } from '#table/functions/table-aggregate-definition';
import type { MatchShape } from '#table/logical/match-shape';
import type { RowType } from '#table/types/logical-type';

export type JoinType = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'SEMI' | 'ANTI';

interface Node {
  readonly rowType: RowType;
}

export interface ScanNode extends Node {
  readonly kind: 'scan';
  readonly table: ResolvedTable;
  /** OPTIONS hint. */
  readonly optionHints: Readonly<Record<string, string>>;
  /** Columns of the table that are produced, by position in its schema. Undefined = all. */
  readonly projected?: readonly number[];
  /** Conditions that the source itself applies, over the produced columns. */
  readonly pushedFilters?: readonly Expression[];
  readonly limit?: number;
}

export interface ValuesNode extends Node {
  readonly kind: 'values';
  /** Literal rows: values of the row type's fields in order. */
  readonly rows: readonly (readonly unknown[])[];
  /** Some value was written as more than a literal: then the rows are a UNION ALL of rows, of which equal ones are read once. */
  readonly isUnion?: boolean;
}

export interface ProjectNode extends Node {
  readonly kind: 'project';
  readonly input: LogicalPlan;
  readonly expressions: readonly Expression[];
}

export interface FilterNode extends Node {
  readonly kind: 'filter';
  readonly input: LogicalPlan;
  readonly condition: Expression;
}

export interface JoinNode extends Node {
  readonly kind: 'join';
  readonly joinType: JoinType;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly condition: Expression;
  /** STATE_TTL, LOOKUP, BROADCAST … by hint name. */
  readonly hints: readonly PlanHint[];
  /** What STATE_TTL says of the left and of the right input: durations as text. */
  readonly stateTtl?: readonly (string | undefined)[];
}

/** The right side is evaluated per row of the left: LATERAL, UNNEST, table functions. Its `correlated` expressions of depth 1 refer to the left. */
export interface CorrelateNode extends Node {
  readonly kind: 'correlate';
  readonly joinType: 'INNER' | 'LEFT';
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly condition: Expression | undefined;
}

/** FOR SYSTEM_TIME AS OF: the right side of a temporal or lookup join. `time` refers to the left input's columns. */
export interface TemporalJoinNode extends Node {
  readonly kind: 'temporal-join';
  readonly joinType: 'INNER' | 'LEFT';
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly time: Expression;
  readonly condition: Expression;
  readonly hints: readonly PlanHint[];
}

export interface NamedAggregate {
  readonly name: string;
  readonly call: AggregateExpression;
  readonly type: Expression['type'];
}

/** Output: the grouping columns, then (where there are several sets) nothing more, then the aggregates. */
export interface AggregateNode extends Node {
  readonly kind: 'aggregate';
  readonly input: LogicalPlan;
  /** Positions in the input; columns absent from a set are NULL for its rows. */
  readonly groupColumns: readonly number[];
  /** Each a subset of positions in `groupColumns`; one full set for a plain GROUP BY. */
  readonly groupingSets: readonly (readonly number[])[];
  readonly aggregates: readonly NamedAggregate[];
  /** GROUPING() and GROUPING_ID() columns behind the aggregates: positions in `groupColumns`. */
  readonly groupingCalls: readonly (readonly number[])[];
  /** Legacy group window: TUMBLE(ts, …) in GROUP BY. */
  readonly groupWindow?: GroupWindow;
  readonly hints: readonly PlanHint[];
  /** What STATE_TTL says: a duration as text. */
  readonly stateTtl?: string;
}

/** flatAggregate. Input: the grouping columns, then the function's arguments. Output: the grouping columns, then those of the function's rows. */
export interface TableAggregateNode extends Node {
  readonly kind: 'table-aggregate';
  readonly input: LogicalPlan;
  readonly function: TableAggregateFunctionDefinition;
  readonly keyCount: number;
}

/** Properties TUMBLE_START etc. come as columns behind the aggregates, in the order start, end, rowtime, proctime as far as asked. */
export interface GroupWindow {
  readonly window: 'TUMBLE' | 'HOP' | 'SESSION';
  /** Position in the input of the time attribute. */
  readonly timeColumn: number;
  readonly sizeMs: number;
  readonly slideMs: number;
  readonly offsetMs: number;
  readonly properties: readonly { readonly name: string; readonly property: 'start' | 'end' | 'rowtime' | 'proctime' }[];
}

/** The window functions of a SELECT, one node per distinct window: input columns, then the results. */
export interface OverNode extends Node {
  readonly kind: 'over';
  readonly input: LogicalPlan;
  readonly window: OverWindow;
  readonly calls: readonly NamedAggregate[];
}

/** TUMBLE, HOP, CUMULATE, SESSION as table functions: input columns, then window_start, window_end, window_time. */
export interface WindowTableNode extends Node {
  readonly kind: 'window-table';
  readonly input: LogicalPlan;
  readonly spec: WindowSpec;
}

export interface WindowSpec {
  readonly window: 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION';
  readonly timeColumn: number;
  readonly isRowtime: boolean;
  /** TUMBLE, HOP: size. CUMULATE: max size. SESSION: gap. */
  readonly sizeMs: number;
  /** HOP: slide. CUMULATE: step. Else the size. */
  readonly slideMs: number;
  readonly offsetMs: number;
  /** SESSION … PARTITION BY. */
  readonly partitionColumns: readonly number[];
}

/** A table function; operands may be correlated. Used below a correlate, or alone for uncorrelated calls. */
export interface TableFunctionNode extends Node {
  readonly kind: 'table-function';
  readonly function: TableFunctionDefinition;
  readonly arguments: readonly Expression[];
}

/** A table of a process table function. */
export interface ProcessTableInput {
  readonly name: string;
  readonly parameter: ProcessTableParameter;
  readonly input: LogicalPlan;
  readonly partitionColumns: readonly number[];
  readonly orderBy: readonly SortKey[];
  /** Of `on_time`. */
  readonly timeColumn: number | undefined;
}

/** A process table function over tables. */
export interface ProcessTableNode extends Node {
  readonly kind: 'process-table';
  readonly name: string;
  /** Undefined: TO_CHANGELOG or FROM_CHANGELOG. */
  readonly function: ProcessTableFunctionDefinition | undefined;
  readonly inputs: readonly ProcessTableInput[];
  readonly scalars: Readonly<Record<string, unknown>>;
}

export interface SetOperationNode extends Node {
  readonly kind: 'set-operation';
  readonly operator: 'UNION' | 'INTERSECT' | 'EXCEPT';
  readonly isAll: boolean;
  readonly inputs: readonly LogicalPlan[];
}

export interface SortNode extends Node {
  readonly kind: 'sort';
  readonly input: LogicalPlan;
  readonly keys: readonly SortKey[];
  readonly offset: number;
  readonly limit: number | undefined;
}

export interface WatermarkNode extends Node {
  readonly kind: 'watermark';
  readonly input: LogicalPlan;
  readonly timeColumn: number;
  readonly expression: Expression;
}

export interface MatchNode extends Node {
  readonly kind: 'match';
  readonly input: LogicalPlan;
  readonly match: MatchShape;
}

export interface PlanHint {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

export type LogicalPlan =
  | ScanNode | ValuesNode | ProjectNode | FilterNode | JoinNode | CorrelateNode | TemporalJoinNode | AggregateNode | TableAggregateNode | OverNode | WindowTableNode
  | TableFunctionNode | ProcessTableNode | SetOperationNode | SortNode | WatermarkNode | MatchNode;

export type { SortKey };

/** Direct inputs of a node, in order. */
export function inputsOf(node: LogicalPlan): readonly LogicalPlan[] {
  switch (node.kind) {
    case 'scan': case 'values': case 'table-function': return [];
    case 'join': case 'correlate': case 'temporal-join': return [node.left, node.right];
    case 'set-operation': return node.inputs;
    case 'process-table': return node.inputs.map(({ input }) => input);
    default: return [node.input];
  }
}

/** The same node over other inputs, of the same row types. */
export function withInputs(node: LogicalPlan, inputs: readonly LogicalPlan[]): LogicalPlan {
  switch (node.kind) {
    case 'scan': case 'values': case 'table-function': return node;
    case 'join': case 'correlate': case 'temporal-join': return { ...node, left: inputs[0]!, right: inputs[1]! };
    case 'set-operation': return { ...node, inputs };
    case 'process-table': return { ...node, inputs: node.inputs.map((entry, index) => ({ ...entry, input: inputs[index]! })) };
    default: return { ...node, input: inputs[0]! };
  }
}
