// Statements: queries, changes of data, plans and statement sets, session and catalog statements.
import type { AlterStatement } from '#table/parser/ast-alter';
import type { CreateStatement, CreateTable, DropObject, PartitionItem } from '#table/parser/ast-ddl';
import type { CallExpression, Expression } from '#table/parser/ast-expression';
import type { Hint, Identifier, ObjectPath, OptionItem, Span } from '#table/parser/ast-node';
import type { Query } from '#table/parser/ast-query';

// ---- data

export interface InsertStatement {
  readonly kind: 'insert';
  readonly span: Span;
  readonly isOverwrite: boolean;
  readonly table: ObjectPath;
  readonly hints: readonly Hint[];
  readonly partition: readonly PartitionItem[];
  readonly columns: readonly ObjectPath[];
  readonly query: Query;
  /** ON CONFLICT DO ... */
  readonly onConflict: 'ERROR' | 'NOTHING' | 'DEDUPLICATE' | undefined;
}

export interface UpdateStatement {
  readonly kind: 'update';
  readonly span: Span;
  readonly table: ObjectPath;
  readonly alias: Identifier | undefined;
  readonly assignments: readonly { readonly column: ObjectPath; readonly value: Expression }[];
  readonly where: Expression | undefined;
}

export interface DeleteStatement {
  readonly kind: 'delete';
  readonly span: Span;
  readonly table: ObjectPath;
  readonly alias: Identifier | undefined;
  readonly where: Expression | undefined;
}

export interface TruncateStatement {
  readonly kind: 'truncate';
  readonly span: Span;
  readonly table: ObjectPath;
}

/** `STATEMENT SET BEGIN insert; ... END`. */
export interface StatementSet {
  readonly kind: 'statement-set';
  readonly span: Span;
  readonly inserts: readonly InsertStatement[];
}

/** BEGIN STATEMENT SET, whose inserts come as statements of their own until END. */
export interface BeginStatementSet {
  readonly kind: 'begin-statement-set';
  readonly span: Span;
}

export interface EndStatementSet {
  readonly kind: 'end-statement-set';
  readonly span: Span;
}

/** EXECUTE before a query, an INSERT or a statement set. */
export interface ExecuteStatement {
  readonly kind: 'execute';
  readonly span: Span;
  readonly statement: Query | InsertStatement | StatementSet;
}

// ---- plans

export const EXPLAIN_DETAILS = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'] as const;

export type ExplainDetail = (typeof EXPLAIN_DETAILS)[number];

/** `EXPLAIN details statement`, `EXPLAIN PLAN FOR statement`; a CREATE TABLE has a query. */
export interface ExplainStatement {
  readonly kind: 'explain';
  readonly span: Span;
  readonly details: readonly ExplainDetail[];
  readonly isPlanFor: boolean;
  readonly statement: Query | InsertStatement | StatementSet | ExecuteStatement | UpdateStatement | DeleteStatement | CreateTable;
}

/** EXECUTE PLAN 'file': runs a compiled plan. */
export interface ExecutePlan {
  readonly kind: 'execute-plan';
  readonly span: Span;
  readonly file: string;
}

export interface CompilePlan {
  readonly kind: 'compile-plan';
  readonly span: Span;
  readonly file: string;
  readonly ifNotExists: boolean;
  readonly statement: InsertStatement | StatementSet;
}

/** COMPILE AND EXECUTE PLAN 'file' FOR statement. */
export interface CompileAndExecutePlan {
  readonly kind: 'compile-and-execute-plan';
  readonly span: Span;
  readonly file: string;
  readonly statement: InsertStatement | StatementSet;
}

// ---- session

/** `SET 'key' = 'value'`; both are undefined in a bare SET, which lists the settings. */
export interface SetStatement {
  readonly kind: 'set';
  readonly span: Span;
  readonly key: string | undefined;
  readonly value: string | undefined;
}

export interface ResetStatement {
  readonly kind: 'reset';
  readonly span: Span;
  readonly key: string | undefined;
}

export interface UseStatement {
  readonly kind: 'use';
  readonly span: Span;
  readonly object: 'CATALOG' | 'DATABASE';
  readonly name: ObjectPath;
}

export interface UseModules {
  readonly kind: 'use-modules';
  readonly span: Span;
  readonly modules: readonly Identifier[];
}

export interface LoadModule {
  readonly kind: 'load-module';
  readonly span: Span;
  readonly module: Identifier;
  readonly options: readonly OptionItem[];
}

export interface UnloadModule {
  readonly kind: 'unload-module';
  readonly span: Span;
  readonly module: Identifier;
}

/** ADD JAR and REMOVE JAR. */
export interface JarStatement {
  readonly kind: 'jar';
  readonly span: Span;
  readonly action: 'ADD' | 'REMOVE';
  readonly path: string;
}

// ---- looking around

export type ShowSubject =
  | 'CATALOGS' | 'CURRENT CATALOG' | 'DATABASES' | 'CURRENT DATABASE' | 'TABLES' | 'VIEWS' | 'MATERIALIZED TABLES' | 'COLUMNS' | 'PARTITIONS' | 'FUNCTIONS' | 'USER FUNCTIONS'
  | 'PROCEDURES' | 'MODULES' | 'FULL MODULES' | 'JARS' | 'JOBS' | 'MODELS' | 'CONNECTIONS';

export interface ShowStatement {
  readonly kind: 'show';
  readonly span: Span;
  readonly subject: ShowSubject;
  /** FROM or IN a catalog, database or table. */
  readonly from: { readonly preposition: 'FROM' | 'IN'; readonly name: ObjectPath } | undefined;
  readonly like: { readonly isNegated: boolean; readonly operator: 'LIKE' | 'ILIKE'; readonly pattern: string } | undefined;
  /** SHOW PARTITIONS t PARTITION (...). */
  readonly partition: readonly PartitionItem[];
}

/** SHOW CREATE TABLE t and the like. */
export interface ShowCreateStatement {
  readonly kind: 'show-create';
  readonly span: Span;
  readonly object: 'CATALOG' | 'TABLE' | 'MATERIALIZED TABLE' | 'VIEW' | 'MODEL' | 'CONNECTION';
  readonly name: ObjectPath;
}

export interface DescribeStatement {
  readonly kind: 'describe';
  readonly span: Span;
  /** TABLE is a bare DESCRIBE t, also of views. */
  readonly object: 'CATALOG' | 'DATABASE' | 'TABLE' | 'FUNCTION' | 'MODEL' | 'CONNECTION';
  readonly isExtended: boolean;
  readonly name: ObjectPath;
}

export interface DescribeJob {
  readonly kind: 'describe-job';
  readonly span: Span;
  readonly jobId: string;
}

export interface StopJob {
  readonly kind: 'stop-job';
  readonly span: Span;
  readonly jobId: string;
  readonly withSavepoint: boolean;
  readonly withDrain: boolean;
}

export interface AnalyzeTable {
  readonly kind: 'analyze-table';
  readonly span: Span;
  readonly table: ObjectPath;
  readonly partition: readonly PartitionItem[];
  /** undefined: only row counts. */
  readonly columns: 'ALL' | readonly Identifier[] | undefined;
}

/** CALL of a procedure. */
export interface CallStatement {
  readonly kind: 'call-procedure';
  readonly span: Span;
  readonly call: CallExpression;
}

// ---- the shell's own words

/** HELP, CLEAR, QUIT and EXIT, which only the shell understands. */
export interface ShellStatement {
  readonly kind: 'shell';
  readonly span: Span;
  readonly command: 'HELP' | 'CLEAR' | 'QUIT' | 'EXIT';
}

export type Statement =
  | Query | InsertStatement | UpdateStatement | DeleteStatement | TruncateStatement
  | StatementSet | BeginStatementSet | EndStatementSet | ExecuteStatement
  | ExplainStatement | ExecutePlan | CompilePlan | CompileAndExecutePlan
  | CreateStatement | DropObject | AlterStatement
  | SetStatement | ResetStatement | UseStatement | UseModules | LoadModule | UnloadModule | JarStatement
  | ShowStatement | ShowCreateStatement | DescribeStatement | DescribeJob | StopJob | AnalyzeTable | CallStatement | ShellStatement;
