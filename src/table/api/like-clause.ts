// CREATE TABLE … LIKE: what of the source table is taken over, and what stands in the way of what the statement says itself. As in
// Flink everything is included but for options, which the statement overwrites. Flink's messages.
import type { Session } from '#table/api/session';
import { partsOf } from '#table/api/statement-parts';
import type { ResolvedColumn, ResolvedTable } from '#table/catalog/resolved-table';
import type { CreateTable, TableElement, TableLike, TableLikeOption } from '#table/parser/ast-ddl';
import type { InheritedSchema } from '#table/validator/table-definition';
import { failAt } from '#table/validator/validation-error';

export interface LikeTable extends Pick<ResolvedTable, 'options' | 'partitionKeys' | 'distribution'> {
  readonly schema: InheritedSchema;
}

type Feature = Exclude<TableLikeOption['feature'], 'ALL'>;

/** Throws TableValidationError where the statement and the table that it is like say both what one of them can say only. */
export function likeTable(like: TableLike, statement: CreateTable, text: string, session: Session): LikeTable {
  const found = session.catalogs.getTable(session.catalogs.qualify(partsOf(like.source)));
  if (found?.kind !== 'table') return failAt(text, like.source.span, `Source table '${partsOf(like.source).join('.')}' of the LIKE clause not found in the catalog`);
  const strategyOf = (feature: Feature): TableLikeOption['strategy'] => (like.options.findLast((option) => option.feature === feature) ?? like.options.findLast((option) => option.feature === 'ALL'))?.strategy ?? (feature === 'OPTIONS' ? 'OVERWRITING' : 'INCLUDING');
  const isIncluded = (feature: Feature): boolean => strategyOf(feature) !== 'EXCLUDING';
  const { schema, options, partitionKeys, distribution } = found.table;
  const kept: LikeTable = {
    options: isIncluded('OPTIONS') ? options : {}, partitionKeys: isIncluded('PARTITIONS') ? partitionKeys : [], distribution: isIncluded('DISTRIBUTION') ? distribution : undefined,
    schema: {
      columns: schema.columns.filter(({ kind }) => kind === 'physical' || isIncluded(featureOf(kind))), newColumns: 'last',
      watermark: isIncluded('WATERMARKS') ? schema.watermark : undefined, primaryKey: isIncluded('CONSTRAINTS') ? schema.primaryKey : undefined,
    },
  };
  checkConflicts(kept, statement, strategyOf, text);
  return kept;
}

const featureOf = (kind: 'computed' | 'metadata'): Feature => (kind === 'computed' ? 'GENERATED' : 'METADATA');

function checkConflicts(kept: LikeTable, statement: CreateTable, strategyOf: (feature: Feature) => TableLikeOption['strategy'], text: string): void {
  const { schema } = kept;
  for (const element of statement.elements) {
    const problem = conflictOf(element, schema, strategyOf);
    if (problem !== undefined) failAt(text, element.span, problem);
  }
  if (statement.partitionedBy.length > 0 && kept.partitionKeys.length > 0) failAt(text, statement.partitionedBy[0]!.span, 'The base table already has partitions defined. You might want to specify EXCLUDING PARTITIONS.');
  if (statement.distribution !== undefined && kept.distribution !== undefined) failAt(text, statement.distribution.span, 'The base table already has a distribution defined. You might want to specify EXCLUDING DISTRIBUTION.');
  const twice = strategyOf('OPTIONS') === 'INCLUDING' ? statement.options.find(({ key }) => kept.options[key] !== undefined) : undefined;
  if (twice !== undefined) failAt(text, twice.span, `There already exists an option ['${twice.key}' -> '${kept.options[twice.key]!}'] in the base table. You might want to specify EXCLUDING OPTIONS or OVERWRITING OPTIONS.`);
}

function conflictOf(element: TableElement, schema: InheritedSchema, strategyOf: (feature: Feature) => TableLikeOption['strategy']): string | undefined {
  const overwrites = (feature: Feature): boolean => strategyOf(feature) === 'OVERWRITING';
  switch (element.kind) {
    case 'watermark': {
      if (schema.watermark === undefined || overwrites('WATERMARKS')) return undefined;
      return `There already exists a watermark spec for column '${schema.watermark.column}' in the base table. You might want to specify EXCLUDING WATERMARKS or OVERWRITING WATERMARKS.`;
    }
    case 'table-constraint': return schema.primaryKey === undefined ? undefined : 'The base table already has a primary key. You might want to specify EXCLUDING CONSTRAINTS.';
    case 'column-name': return undefined;
    default: {
      const known = schema.columns.find(({ name }) => name === element.name.name);
      return known === undefined ? undefined : columnConflict(element.kind, known, overwrites);
    }
  }
}

function columnConflict(kind: 'physical-column' | 'computed-column' | 'metadata-column', known: ResolvedColumn, overwrites: (feature: Feature) => boolean): string | undefined {
  if (kind === 'computed-column' && known.kind === 'computed') return overwrites('GENERATED') ? undefined : `A generated column named '${known.name}' already exists in the base table. You might want to specify EXCLUDING GENERATED or OVERWRITING GENERATED.`;
  if (kind === 'metadata-column' && known.kind === 'metadata') return overwrites('METADATA') ? undefined : `A metadata column named '${known.name}' already exists in the base table. You might want to specify EXCLUDING METADATA or OVERWRITING METADATA.`;
  return kind === 'physical-column' ? `A column named '${known.name}' already exists in the base table.` : `A column named '${known.name}' already exists in the table. Duplicate columns exist in the ${kind === 'computed-column' ? 'compute' : 'metadata'} column and regular column.`;
}
