// CREATE and DROP statements, and what tables are made of.
import type { DataType } from '#table/parser/ast-data-type';
import type { BinaryLiteral, BooleanLiteral, DatetimeLiteral, Expression, IntervalExpression, IntervalLiteral, NullLiteral, NumericLiteral, StringLiteral } from '#table/parser/ast-expression';
import type { Identifier, ObjectPath, OptionItem, Span } from '#table/parser/ast-node';
import type { Query } from '#table/parser/ast-query';

// ---- parts of tables

export type ColumnDefinition = PhysicalColumn | ComputedColumn | MetadataColumn;

export interface PhysicalColumn {
  readonly kind: 'physical-column';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: DataType;
  /** PRIMARY KEY or UNIQUE written behind the column; its `columns` hold just this one. */
  readonly constraint: TableConstraint | undefined;
  readonly comment: string | undefined;
}

/** `name AS expression`. */
export interface ComputedColumn {
  readonly kind: 'computed-column';
  readonly span: Span;
  readonly name: Identifier;
  readonly expression: Expression;
  readonly comment: string | undefined;
}

/** `name type METADATA FROM 'key' VIRTUAL`. */
export interface MetadataColumn {
  readonly kind: 'metadata-column';
  readonly span: Span;
  readonly name: Identifier;
  readonly type: DataType;
  readonly from: string | undefined;
  readonly isVirtual: boolean;
  readonly comment: string | undefined;
}

/** A bare column name: in CREATE TABLE (a, b) AS SELECT it only orders the columns. */
export interface ColumnName {
  readonly kind: 'column-name';
  readonly span: Span;
  readonly name: Identifier;
}

/** `WATERMARK FOR column AS expression`; the column may be a nested field. */
export interface Watermark {
  readonly kind: 'watermark';
  readonly span: Span;
  readonly column: ObjectPath;
  readonly expression: Expression;
}

export interface TableConstraint {
  readonly kind: 'table-constraint';
  readonly span: Span;
  readonly name: Identifier | undefined;
  readonly constraint: 'PRIMARY KEY' | 'UNIQUE';
  readonly columns: readonly Identifier[];
  readonly enforcement: 'ENFORCED' | 'NOT ENFORCED' | undefined;
}

/** What stands in the parentheses of CREATE TABLE, in the order written. */
export type TableElement = ColumnDefinition | ColumnName | Watermark | TableConstraint;

/** `DISTRIBUTED BY HASH(a) INTO 4 BUCKETS`. */
export interface Distribution {
  readonly kind: 'distribution';
  readonly span: Span;
  readonly method: 'HASH' | 'RANGE' | undefined;
  readonly columns: readonly Identifier[];
  readonly buckets: number | undefined;
}

export interface TableLike {
  readonly kind: 'table-like';
  readonly span: Span;
  readonly source: ObjectPath;
  readonly options: readonly TableLikeOption[];
}

export const LIKE_FEATURES = ['ALL', 'CONSTRAINTS', 'DISTRIBUTION', 'GENERATED', 'METADATA', 'OPTIONS', 'PARTITIONS', 'WATERMARKS'] as const;

export interface TableLikeOption {
  readonly kind: 'table-like-option';
  readonly span: Span;
  readonly strategy: 'INCLUDING' | 'EXCLUDING' | 'OVERWRITING';
  readonly feature: (typeof LIKE_FEATURES)[number];
}

export type PartitionLiteral = NullLiteral | BooleanLiteral | NumericLiteral | StringLiteral | BinaryLiteral | DatetimeLiteral | IntervalLiteral;

/** `dt = '2020-01-01'`; the value is missing in SHOW PARTITIONS and ANALYZE, where a name alone stands for all values. */
export interface PartitionItem {
  readonly kind: 'partition-item';
  readonly span: Span;
  readonly column: Identifier;
  readonly value: PartitionLiteral | undefined;
}

// ---- CREATE

export interface CreateCatalog {
  readonly kind: 'create-catalog';
  readonly span: Span;
  readonly name: Identifier;
  readonly ifNotExists: boolean;
  readonly comment: string | undefined;
  readonly options: readonly OptionItem[];
}

export interface CreateDatabase {
  readonly kind: 'create-database';
  readonly span: Span;
  readonly name: ObjectPath;
  readonly ifNotExists: boolean;
  readonly comment: string | undefined;
  readonly options: readonly OptionItem[];
}

/** CREATE TABLE with columns, LIKE, AS (CTAS), and [CREATE OR] REPLACE TABLE AS (RTAS). */
export interface CreateTable {
  readonly kind: 'create-table';
  readonly span: Span;
  readonly name: ObjectPath;
  /** create-or-replace is CREATE OR REPLACE, replace is REPLACE TABLE. */
  readonly action: 'create' | 'create-or-replace' | 'replace';
  readonly isTemporary: boolean;
  readonly ifNotExists: boolean;
  readonly elements: readonly TableElement[];
  readonly comment: string | undefined;
  readonly distribution: Distribution | undefined;
  readonly partitionedBy: readonly Identifier[];
  readonly options: readonly OptionItem[];
  readonly like: TableLike | undefined;
  readonly query: Query | undefined;
}

export interface CreateMaterializedTable {
  readonly kind: 'create-materialized-table';
  readonly span: Span;
  readonly name: ObjectPath;
  readonly isOrAlter: boolean;
  readonly ifNotExists: boolean;
  readonly elements: readonly TableElement[];
  readonly comment: string | undefined;
  readonly distribution: Distribution | undefined;
  readonly partitionedBy: readonly Identifier[];
  readonly options: readonly OptionItem[];
  readonly freshness: IntervalLiteral | IntervalExpression | undefined;
  readonly refreshMode: 'FULL' | 'CONTINUOUS' | undefined;
  readonly startMode: StartMode | undefined;
  readonly query: Query;
}

export const START_MODES = ['FROM_BEGINNING', 'FROM_NOW', 'FROM_TIMESTAMP', 'RESUME_OR_FROM_BEGINNING', 'RESUME_OR_FROM_NOW', 'RESUME_OR_FROM_TIMESTAMP'] as const;

/** `FROM_BEGINNING`, `FROM_NOW(INTERVAL '1' DAY)`, `FROM_TIMESTAMP(TIMESTAMP '...')`. */
export interface StartMode {
  readonly kind: 'start-mode';
  readonly span: Span;
  readonly mode: (typeof START_MODES)[number];
  readonly argument: Expression | undefined;
}

export interface CreateView {
  readonly kind: 'create-view';
  readonly span: Span;
  readonly name: ObjectPath;
  readonly isOrReplace: boolean;
  readonly isTemporary: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly Identifier[];
  readonly comment: string | undefined;
  readonly query: Query;
}

export const FUNCTION_LANGUAGES = ['JAVA', 'SCALA', 'SQL', 'PYTHON', 'TYPESCRIPT'] as const;
export type FunctionLanguage = (typeof FUNCTION_LANGUAGES)[number];

/** `USING JAR 'path'`. */
export interface FunctionResource {
  readonly kind: 'function-resource';
  readonly span: Span;
  readonly resource: 'JAR' | 'FILE' | 'ARTIFACT';
  readonly path: string;
}

export interface CreateFunction {
  readonly kind: 'create-function';
  readonly span: Span;
  readonly name: ObjectPath;
  readonly isTemporary: boolean;
  readonly isSystem: boolean;
  readonly ifNotExists: boolean;
  /** The identifier behind AS: a class, or `module#export` for TypeScript. */
  readonly identifier: string;
  readonly language: FunctionLanguage | undefined;
  readonly resources: readonly FunctionResource[];
  readonly options: readonly OptionItem[];
}

export interface CreateModel {
  readonly kind: 'create-model';
  readonly span: Span;
  readonly name: ObjectPath;
  readonly isTemporary: boolean;
  readonly ifNotExists: boolean;
  readonly input: readonly PhysicalColumn[];
  readonly output: readonly PhysicalColumn[];
  readonly comment: string | undefined;
  readonly options: readonly OptionItem[];
  readonly query: Query | undefined;
}

export interface CreateConnection {
  readonly kind: 'create-connection';
  readonly span: Span;
  readonly name: ObjectPath;
  readonly isTemporary: boolean;
  readonly isSystem: boolean;
  readonly ifNotExists: boolean;
  readonly comment: string | undefined;
  readonly options: readonly OptionItem[];
}

export type ObjectKind = 'CATALOG' | 'DATABASE' | 'TABLE' | 'MATERIALIZED TABLE' | 'VIEW' | 'FUNCTION' | 'MODEL' | 'CONNECTION';

/** DROP of every kind of object. */
export interface DropObject {
  readonly kind: 'drop';
  readonly span: Span;
  readonly object: ObjectKind;
  readonly name: ObjectPath;
  readonly isTemporary: boolean;
  /** DROP TEMPORARY SYSTEM FUNCTION. */
  readonly isSystem: boolean;
  readonly ifExists: boolean;
  /** Only for databases. */
  readonly behavior: 'RESTRICT' | 'CASCADE' | undefined;
}

export type CreateStatement = CreateCatalog | CreateDatabase | CreateTable | CreateMaterializedTable | CreateView | CreateFunction | CreateModel | CreateConnection;
