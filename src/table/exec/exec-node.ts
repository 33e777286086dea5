// The physical plan: what runs. Each kind of node is a class in a file of its own that knows its changes (bottom-up), whether its
// inputs must send -U (top-down), its upsert keys, its line in a plan, and how it becomes transformations of the job.
// Invariant: nodes are immutable; what depends on the consumer (-U or not) is kept by the planner and handed over in `translate`.
import type { KeySpecification } from '#core/keys/key-specification';
import type { TypeInformation } from '#core/types/type-information';
import type { Transformation } from '#graph/transformation/transformation';
import type { StateTtlConfig } from '#state/keyed/keyed-state';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { TransformationList } from '#graph/transformation/transformation-list';
import type { WindowSpec } from '#table/logical/logical-plan';
import type { KeyedTableFunction } from '#table/runtime/keyed-table-function';
import type { FunctionContext } from '#table/functions/function-definition';
import type { RowType } from '#table/types/logical-type';

/** Beside inserts, which every relation may have. */
export interface ChangeKinds {
  readonly updates: boolean;
  readonly deletes: boolean;
}

export const INSERT_ONLY: ChangeKinds = { updates: false, deletes: false };
export const ALL_CHANGES: ChangeKinds = { updates: true, deletes: true };
export const isInsertOnly = ({ updates, deletes }: ChangeKinds): boolean => !updates && !deletes;
export const eitherKinds = (kinds: readonly ChangeKinds[]): ChangeKinds => ({ updates: kinds.some(({ updates }) => updates), deletes: kinds.some(({ deletes }) => deletes) });

/**
 * Upsert keys that still hold behind an exchange by `columns`: versions of a row go to the same subtask, and so stay in order, only
 * where its key holds the columns.
 */
export function keysBehindExchange(keys: readonly (readonly number[])[], columns: readonly number[]): readonly (readonly number[])[] {
  return keys.filter((key) => columns.every((column) => key.includes(column)));
}

/** A window that rows of a relation carry: positions of its columns. -1 = projected away. */
export interface WindowProperties {
  readonly startColumn: number;
  readonly endColumn: number;
  readonly timeColumn: number;
  readonly spec: WindowSpec;
}

export interface ExecNode {
  /** As plans name it: `GroupAggregate`. */
  readonly kind: string;
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  /** What stands in the parentheses of its line: `groupBy=[a], select=[a, COUNT(*) AS b]`. */
  readonly description: string;
  /** The changes it makes, given those of its inputs. */
  changes(inputs: readonly ChangeKinds[]): ChangeKinds;
  /**
   * Whether each input, where it sends updates, must send -U too. `isRequired`: this node's consumer needs them of this node.
   * A node that makes its own updates (an aggregate) answers for itself; one that hands changes on passes the need on.
   */
  needsUpdateBefore(isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[];
  /**
   * Whether rows that each input takes away may have the columns of their key only. `isAccepted`: this node's consumers take them
   * so. Without the method never.
   */
  acceptsDeleteByKey?(isAccepted: boolean): readonly boolean[];
  /** Of a source: rows that it takes away may have the columns of the key only. */
  readonly deletesByKey?: boolean;
  /** Of a node that its consumers may not need: whether its input does in its place. */
  isNeedless?(told: { readonly emitsUpdateBefore: boolean; readonly acceptsDeleteByKey: boolean }): boolean;
  /** Sets of columns that each identify a row of the result; [] in the list = at most one row. */
  readonly upsertKeys: readonly (readonly number[])[];
  readonly window?: WindowProperties | undefined;
  /** What STATE_TTL hints say of the state of each input: durations as text. */
  readonly stateTtlHints?: readonly (string | undefined)[] | undefined;
  translate(context: TranslationContext, inputs: readonly TranslatedInput[]): TranslatedNode;
}

export interface TranslatedNode {
  readonly transformation: Transformation;
  /** Lists of columns: rows are in the subtask to which an exchange by any of them would send them. */
  readonly hashedBy?: readonly (readonly number[])[];
  /** How an expression reads column `index` of a row in variable `row`, where rows are not plain rows of the row type (scans). */
  readonly access?: (row: string, index: number) => string;
}

export interface TranslatedInput extends TranslatedNode {
  readonly node: ExecNode;
  readonly rowType: RowType;
  readonly changes: ChangeKinds;
  /** Rows carry `$kind`. */
  readonly hasKind: boolean;
}

/** Rows that go to the subtask of their key. */
export interface KeyedInput {
  readonly transformation: Transformation;
  readonly key: KeySpecification;
}

/** What a node may use and do while it becomes transformations. */
export interface TranslationContext {
  readonly functions: FunctionContext;
  readonly isBatch: boolean;
  /** `table.…` settings by key, as text. */
  option(key: string): string | undefined;
  /** As ms; undefined where not set. Throws TABLE_OPTION_INVALID. */
  durationOption(key: string): number | undefined;
  /** Of unbounded state: `table.exec.state.ttl`, or what a STATE_TTL hint says. */
  readonly stateTtl: StateTtlConfig | undefined;
  /** Of what the node keeps of one of its inputs. */
  stateTtlOf(input: number): StateTtlConfig | undefined;
  /** Whether this node must send -U before +U. */
  readonly emitsUpdateBefore: boolean;
  /** This node's rows carry `$kind`. */
  readonly hasKind: boolean;
  /** Deleted rows may have no values but those of a key, whatever the types say. */
  readonly deletesByKey: boolean;
  /** Of this node's rows on edges. */
  readonly outputType: TypeInformation;
  /** Name for the operator: the node's line. */
  readonly name: string;
  /** The input's rows as plain rows of its row type. */
  plainRows(input: TranslatedInput): Transformation;
  /** Rows go to the subtask of their key; `key.positions` empty = all to one. */
  keyed(input: TranslatedInput, positions: readonly number[]): KeyedInput;
  /** The same for an operator that may run in the chain of its input: without an exchange where rows are in the subtask of their key already. */
  keyedInPlace(input: TranslatedInput, positions: readonly number[]): KeyedInput;
  /** Both inputs by keys of one type, which may be NULL where either side's may: rows that meet have one key. */
  keyedPair(inputs: readonly [TranslatedInput, TranslatedInput], positions: { readonly left: readonly number[]; readonly right: readonly number[] }): readonly [KeyedInput, KeyedInput];
  oneInput(input: Transformation, operator: OperatorFactory, options?: OperatorPlacement): TranslatedNode;
  twoInput(left: Transformation, right: Transformation, operator: OperatorFactory, options?: OperatorPlacement): TranslatedNode;
  /** A keyed function as operator; `create` is called once per subtask. */
  keyedFunction(create: () => KeyedTableFunction, keys: readonly KeySpecification[]): OperatorFactory;
  readonly transformations: TransformationList;
}

export interface OperatorPlacement {
  /** 1 for operators that see all rows. */
  readonly parallelism?: number;
  readonly name?: string;
  /** Of the rows it makes; the node's own unless given. */
  readonly outputType?: TypeInformation | undefined;
}
