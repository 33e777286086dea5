// ALTER statements: one node, told apart by the object, with the change as a union of its own.
import type { ColumnDefinition, Distribution, FunctionLanguage, FunctionResource, ObjectKind, PartitionItem, StartMode, TableConstraint, Watermark } from '#table/parser/ast-ddl';
import type { IntervalExpression, IntervalLiteral } from '#table/parser/ast-expression';
import type { Identifier, ObjectPath, OptionItem, Span } from '#table/parser/ast-node';
import type { Query } from '#table/parser/ast-query';

export interface AlterStatement {
  readonly kind: 'alter';
  readonly span: Span;
  readonly object: ObjectKind;
  readonly name: ObjectPath;
  readonly isTemporary: boolean;
  readonly isSystem: boolean;
  readonly ifExists: boolean;
  readonly change: AlterChange;
}

interface Change {
  readonly span: Span;
}

export interface SetOptions extends Change {
  readonly kind: 'set-options';
  readonly options: readonly OptionItem[];
}

export interface ResetOptions extends Change {
  readonly kind: 'reset-options';
  readonly keys: readonly string[];
}

/** ALTER CATALOG c COMMENT 'text'. */
export interface SetComment extends Change {
  readonly kind: 'set-comment';
  readonly comment: string;
}

export interface RenameObject extends Change {
  readonly kind: 'rename';
  readonly newName: ObjectPath;
}

export interface RenameColumn extends Change {
  readonly kind: 'rename-column';
  /** A column, or a field of one: `RENAME a.x TO a.y`. */
  readonly column: ObjectPath;
  readonly newName: ObjectPath;
}

/** ADD (...) and MODIFY (...): columns with positions, constraints, a watermark. */
export interface ChangeSchema extends Change {
  readonly kind: 'add-schema' | 'modify-schema';
  readonly elements: readonly (PositionedColumn | TableConstraint | Watermark)[];
}

/** `column type FIRST`, `column type AFTER other`. */
export interface PositionedColumn {
  readonly kind: 'positioned-column';
  readonly span: Span;
  /** The rows around a nested field, outermost first: `a.b` in `a.b.c INT`, where `column` is c. Empty for a column. */
  readonly parents: readonly Identifier[];
  readonly column: ColumnDefinition;
  readonly position: 'FIRST' | { readonly after: ObjectPath } | undefined;
}

export interface ChangeDistribution extends Change {
  readonly kind: 'add-distribution' | 'modify-distribution';
  readonly distribution: Distribution;
}

export interface DropDistribution extends Change {
  readonly kind: 'drop-distribution';
}

export interface DropColumns extends Change {
  readonly kind: 'drop-columns';
  readonly columns: readonly ObjectPath[];
}

export interface DropConstraint extends Change {
  readonly kind: 'drop-constraint';
  readonly name: Identifier;
}

export interface DropPrimaryKey extends Change {
  readonly kind: 'drop-primary-key';
}

export interface DropWatermark extends Change {
  readonly kind: 'drop-watermark';
}

export interface AddPartitions extends Change {
  readonly kind: 'add-partitions';
  readonly ifNotExists: boolean;
  readonly partitions: readonly { readonly items: readonly PartitionItem[]; readonly options: readonly OptionItem[] }[];
}

export interface DropPartitions extends Change {
  readonly kind: 'drop-partitions';
  readonly ifExists: boolean;
  readonly partitions: readonly (readonly PartitionItem[])[];
}

/** ALTER VIEW v AS query, ALTER MATERIALIZED TABLE t AS query. */
export interface SetQuery extends Change {
  readonly kind: 'set-query';
  readonly startMode: StartMode | undefined;
  readonly query: Query;
}

export interface SetFunction extends Change {
  readonly kind: 'set-function';
  readonly identifier: string;
  readonly language: FunctionLanguage | undefined;
  readonly resources: readonly FunctionResource[];
}

// ---- materialized tables

export interface SetFreshness extends Change {
  readonly kind: 'set-freshness';
  readonly freshness: IntervalLiteral | IntervalExpression;
}

export interface SetRefreshMode extends Change {
  readonly kind: 'set-refresh-mode';
  readonly refreshMode: 'FULL' | 'CONTINUOUS';
}

export interface Suspend extends Change {
  readonly kind: 'suspend';
}

export interface Resume extends Change {
  readonly kind: 'resume';
  readonly options: readonly OptionItem[];
}

export interface Refresh extends Change {
  readonly kind: 'refresh';
  readonly partition: readonly PartitionItem[];
}

export type AlterChange =
  | SetOptions | ResetOptions | SetComment | RenameObject | RenameColumn | ChangeSchema | ChangeDistribution | DropDistribution | DropColumns | DropConstraint
  | DropPrimaryKey | DropWatermark | AddPartitions | DropPartitions | SetQuery | SetFunction | SetFreshness | SetRefreshMode | Suspend | Resume | Refresh;
