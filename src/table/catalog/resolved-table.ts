// A table of a catalog, resolved: columns with types, computed ones with expressions, watermark and primary key. What scans and
// sinks hold. Plain data, apart from `factory`, which stands for tables that a program registered as objects.
import type { Expression } from '#table/expressions/expression';
import type { LogicalType, RowType } from '#table/types/logical-type';

export interface ObjectIdentifier {
  readonly catalog: string;
  readonly database: string;
  readonly name: string;
}

/** As messages name it. */
export const identifierPath = ({ catalog, database, name }: ObjectIdentifier): string => `${catalog}.${database}.${name}`;

/** `catalog`.`database`.`name`. */
export const identifierText = ({ catalog, database, name }: ObjectIdentifier): string => `\`${catalog}\`.\`${database}\`.\`${name}\``;

export type ResolvedColumn = { readonly name: string; readonly type: LogicalType; readonly comment?: string } & (
  | { readonly kind: 'physical' }
  /** `expression` is over all columns of the table but computed ones, in their order: see `baseColumns`. */
  | { readonly kind: 'computed'; readonly expression: Expression; readonly text: string }
  | { readonly kind: 'metadata'; readonly key: string; readonly isVirtual: boolean }
);

export interface WatermarkSpec {
  readonly column: string;
  /** Over all columns of the table. */
  readonly expression: Expression;
  readonly text: string;
}

export interface ResolvedSchema {
  readonly columns: readonly ResolvedColumn[];
  readonly watermark: WatermarkSpec | undefined;
  readonly primaryKey: { readonly name: string; readonly columns: readonly string[] } | undefined;
}

/** DISTRIBUTED BY: how a sink lays rows out. Kept for SHOW CREATE TABLE; no connector here has buckets. */
export interface TableDistribution {
  readonly method: 'HASH' | 'RANGE' | undefined;
  readonly columns: readonly string[];
  readonly buckets: number | undefined;
}

/** A partition that ALTER TABLE ADD PARTITION has made known: a value by partition column. */
export type PartitionSpec = Readonly<Record<string, string>>;

export interface ResolvedTable {
  readonly identifier: ObjectIdentifier;
  readonly schema: ResolvedSchema;
  readonly options: Readonly<Record<string, string>>;
  readonly partitionKeys: readonly string[];
  readonly partitions?: readonly PartitionSpec[] | undefined;
  readonly distribution?: TableDistribution | undefined;
  readonly comment?: string | undefined;
  readonly isTemporary: boolean;
  /** A source or sink object of the program itself (a DataStream, a test's rows) in place of a connector found by `options.connector`. */
  readonly factory?: unknown;
}

/** Columns that the source delivers: physical and metadata ones. */
export function baseColumns(schema: ResolvedSchema): readonly ResolvedColumn[] {
  return schema.columns.filter(({ kind }) => kind !== 'computed');
}

/** The type of the rows a scan of the table gives: all columns. */
export function tableRowType(schema: ResolvedSchema): RowType {
  return { kind: 'ROW', isNullable: false, fields: schema.columns.map(({ name, type }) => ({ name, type })) };
}

/** The type of rows a sink takes: what can be written. */
export function sinkRowType(schema: ResolvedSchema): RowType {
  const fields = schema.columns.filter((column) => column.kind === 'physical' || (column.kind === 'metadata' && !column.isVirtual));
  return { kind: 'ROW', isNullable: false, fields: fields.map(({ name, type }) => ({ name, type })) };
}
