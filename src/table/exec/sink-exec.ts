// Sink: the end of a plan. Rows have the sink's columns already; what its constraints ask is checked on the way in.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { identifierText } from '#table/catalog/resolved-table';
import { INSERT_ONLY, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { TableError } from '#table/errors';
import { heldByEpoch, isEpochConsistent } from '#table/exec/epoch-output';
import type { TableSink } from '#table/factories/table-factory';
import { createConstraintEnforcer, isLengthLimited } from '#table/runtime/sink/constraint-enforcer';
import { kindOf, RowKind, type TableRow } from '#table/runtime/row-kind';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { createUpsertFilter } from '#table/runtime/sink/upsert-filter';
import type { LogicalType, RowType } from '#table/types/logical-type';

export interface SinkOptions {
  /** What the sink takes: decided by the planner from what the query makes. */
  readonly mode: 'insert-only' | 'upsert' | 'retract';
  readonly keyColumns: readonly number[];
  readonly isOverwrite: boolean;
  readonly staticPartitions: Readonly<Record<string, string>>;
}

export class SinkExec implements ExecNode {
  readonly kind = 'Sink';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly table: ResolvedTable;
  readonly sink: TableSink;
  readonly options: SinkOptions;
  readonly upsertKeys: readonly (readonly number[])[] = [];

  constructor(input: ExecNode, table: ResolvedTable, sink: TableSink, rowType: RowType, options: SinkOptions) {
    this.inputs = [input];
    this.table = table;
    this.sink = sink;
    this.rowType = rowType;
    this.options = options;
  }

  get description(): string {
    const { catalog, database, name } = this.table.identifier;
    return `table=[${[catalog, database, name].join('.')}], fields=[${this.rowType.fields.map((field) => field.name).join(', ')}]`;
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(): readonly boolean[] {
    return [this.options.mode === 'retract'];
  }

  acceptsDeleteByKey(): readonly boolean[] {
    return [this.options.mode === 'upsert' && this.sink.acceptsDeleteByKey === true];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    let rows = context.plainRows(input!);
    const inputType = rowTypeInformation(input!.rowType, { hasKind: input!.hasKind });
    const place = { outputType: inputType };
    this.#refuseNestedTrims(context);
    const enforce = createConstraintEnforcer(this.rowType, identifierText(this.table.identifier), {
      notNull: context.option('table.exec.sink.not-null-enforcer') === 'DROP' ? 'drop' : 'error',
      length: context.option('table.exec.sink.type-length-enforcer')?.toUpperCase() ?? 'IGNORE',
      nested: context.option('table.exec.sink.nested-constraint-enforcer')?.toUpperCase() ?? 'IGNORE',
    });
    if (enforce?.filter !== undefined) rows = context.oneInput(rows, { kind: 'row', row: { kind: 'filter', apply: context.deletesByKey ? exceptDeleted(enforce.filter) : enforce.filter } }, { name: 'ConstraintEnforcer', ...place }).transformation;
    if (enforce?.map !== undefined) rows = context.oneInput(rows, { kind: 'row', row: { kind: 'map', apply: enforce.map } }, { name: 'ConstraintEnforcer', ...place }).transformation;
    if (this.options.mode === 'upsert' && input!.hasKind && this.sink.deletesByUpdateBefore !== true) rows = context.oneInput(rows, { kind: 'row', row: { kind: 'filter', apply: createUpsertFilter() } }, { name: 'DropUpdateBefore', ...place }).transformation;
    const runtime = this.sink.createSink({
      rowType: this.rowType, inputType, hasKind: input!.hasKind, keyColumns: this.options.keyColumns, functions: context.functions, isOverwrite: this.options.isOverwrite, staticPartitions: this.options.staticPartitions,
    });
    if (isEpochConsistent((key) => context.option(key), context.isBatch)) rows = heldByEpoch(rows, input!, context, { ...this.options, parallelism: runtime.parallelism });
    const { convert } = runtime;
    if (convert !== undefined) rows = context.oneInput(rows, { kind: 'row', row: { kind: 'map', apply: convert } }, { name: 'Convert', outputType: undefined }).transformation;
    const transformation = context.transformations.sink(`${this.table.identifier.name}[${identifierText(this.table.identifier)}]`, rows, runtime.sink);
    if (runtime.parallelism !== undefined) transformation.parallelism = runtime.parallelism;
    return { transformation };
  }

  #refuseNestedTrims(context: TranslationContext): void {
    const isEnforced = context.option('table.exec.sink.nested-constraint-enforcer')?.toUpperCase() === 'ROWS_AND_COLLECTIONS';
    if (!isEnforced || context.option('table.exec.sink.type-length-enforcer') !== 'TRIM_PAD') return;
    const column = this.rowType.fields.find(({ type }) => hasLimitInCollection(type, false));
    if (column !== undefined) throw new TableError('TABLE_OPTION_INVALID', `Trimming and/or padding is not supported if constraint checking is enabled on types nested in collections. Column '${column.name}' has such a type: set table.exec.sink.nested-constraint-enforcer to ROWS or IGNORE, or table.exec.sink.type-length-enforcer to ERROR or IGNORE`);
  }
}

/** Of a deleted row only the key is known. */
function exceptDeleted(passes: (row: TableRow) => boolean): (row: TableRow) => boolean {
  return (row) => kindOf(row) === RowKind.DELETE || passes(row);
}

/** Whether a CHAR, VARCHAR, BINARY or VARBINARY of a given length stands inside of an array, map or multiset. */
function hasLimitInCollection(type: LogicalType, isInside: boolean): boolean {
  switch (type.kind) {
    case 'ARRAY': case 'MULTISET': return hasLimitInCollection(type.element, true);
    case 'MAP': return hasLimitInCollection(type.key, true) || hasLimitInCollection(type.value, true);
    case 'ROW': case 'STRUCTURED': return type.fields.some((field) => hasLimitInCollection(field.type, isInside));
    default: return isInside && isLengthLimited(type);
  }
}
