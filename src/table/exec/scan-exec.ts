// TableSourceScan: a source, with the watermark of its table pushed into it, so that watermarks are per split.
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import type { Expression } from '#table/expressions/expression';
import { compile, fieldAccess } from '#table/codegen/row-code';
import { declareReads } from '#core/codegen/function-access';
import { readsOf } from '#table/codegen/row-reads';
import { identifierText, type ResolvedTable } from '#table/catalog/resolved-table';
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext } from '#table/exec/exec-node';
import { expressionText } from '#table/exec/plan-text';
import { TableError } from '#table/errors';
import type { ScanTableSource } from '#table/factories/table-factory';
import { createWatermarkOperator } from '#streaming/watermark/create-watermark-operator';
import { WatermarkStrategy, type WatermarkGenerator } from '#streaming/watermark/watermark-strategy';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface ScanWatermark {
  /** Over the columns of the scan. */
  readonly expression: Expression;
  /** The time attribute, over them too. */
  readonly rowtime: Expression;
}

export interface ScanOptions {
  readonly watermark?: ScanWatermark | undefined;
  readonly limit?: number | undefined;
  /** Conditions that the source applies; it has them already. */
  readonly filters?: readonly Expression[];
  /** What is read of the rows; undefined: everything. */
  readonly usedColumns?: readonly number[] | undefined;
}

export class ScanExec implements ExecNode {
  readonly kind = 'TableSourceScan';
  readonly inputs: readonly ExecNode[] = [];
  readonly rowType: RowType;
  readonly table: ResolvedTable;
  readonly source: ScanTableSource;
  readonly watermark: ScanWatermark | undefined;
  readonly upsertKeys: readonly (readonly number[])[];
  readonly limit: number | undefined;
  readonly #pushed: ScanOptions;

  constructor(table: ResolvedTable, source: ScanTableSource, rowType: RowType, options: ScanOptions = {}) {
    this.table = table;
    this.source = source;
    this.rowType = rowType;
    this.watermark = options.watermark;
    this.limit = options.limit;
    this.#pushed = options;
    const { primaryKey } = table.schema;
    const key = primaryKey?.columns.map((name) => rowType.fields.findIndex((field) => field.name === name));
    this.upsertKeys = key === undefined || key.includes(-1) ? [] : [key];
  }

  /** The same scan with more given to its source. */
  with(options: ScanOptions & { readonly source?: ScanTableSource }): ScanExec {
    return new ScanExec(this.table, options.source ?? this.source, this.rowType, { ...this.#pushed, ...options });
  }

  get filters(): readonly Expression[] {
    return this.#pushed.filters ?? [];
  }

  get deletesByKey(): boolean {
    return this.source.changes.deletesByKey === true;
  }

  get description(): string {
    const { catalog, database, name } = this.table.identifier;
    const path = [catalog, database, name].join(', ');
    const { filters = [], usedColumns } = this.#pushed;
    const { fields } = this.rowType;
    const extra = [filters.length === 0 ? '' : `, filter=[${filters.map((filter) => expressionText(filter, fields)).join(' AND ')}]`, usedColumns === undefined ? '' : `, project=[${usedColumns.map((column) => fields[column]!.name).join(', ')}]`, this.limit === undefined ? '' : `, limit=[${this.limit}]`, this.watermark === undefined ? '' : `, watermark=[${expressionText(this.watermark.expression, this.rowType.fields)}]`].join('');
    return `table=[[${path}${extra}]], fields=[${this.rowType.fields.map((field) => field.name).join(', ')}]`;
  }

  changes(): ChangeKinds {
    return { updates: this.source.changes.updates, deletes: this.source.changes.deletes };
  }

  needsUpdateBefore(): readonly boolean[] {
    return [];
  }

  translate(context: TranslationContext, _inputs: readonly TranslatedInput[]): TranslatedNode {
    const request = { rowType: this.rowType, limit: this.limit, usedColumns: this.#pushed.usedColumns, functions: context.functions };
    const keys = fieldKeys(this.rowType);
    if (this.source.createStream !== undefined) {
      const rows = this.source.createStream(request, context.transformations);
      if (this.watermark === undefined) return { transformation: rows };
      const assigned = watermarkStrategy(this.watermark, this.table, (row, index) => fieldAccess(row, keys[index]!), context);
      return context.oneInput(rows, { kind: 'stream', create: () => createWatermarkOperator(assigned) }, { name: `WatermarkAssigner(${this.description})` });
    }
    const runtime = this.source.createSource(request);
    const access = runtime.access ?? ((row: string, index: number) => fieldAccess(row, keys[index]!));
    const strategy = this.watermark === undefined ? undefined : watermarkStrategy(this.watermark, this.table, access, context);
    const transformation = context.transformations.source(`${this.table.identifier.name}[${identifierText(this.table.identifier)}]`, runtime.source, strategy);
    transformation.description = `${this.kind}(${this.description})`;
    if (runtime.parallelism !== undefined) transformation.parallelism = runtime.parallelism;
    return { transformation, ...(runtime.access === undefined ? {} : { access: runtime.access }) };
  }
}

/**
 * The watermark is the greatest value of its expression so far: Flink's SQL watermark takes nothing off. A row whose expression is NULL
 * moves it no further; one without a time ends the job.
 */
function watermarkStrategy(watermark: ScanWatermark, table: ResolvedTable, access: (row: string, index: number) => string, context: TranslationContext): WatermarkStrategy<unknown> {
  const codegen = new ExpressionCodegen(context.functions);
  const { statements, value } = codegen.generate(watermark.expression, (index) => access('v', index));
  const time = codegen.generate(watermark.rowtime, (index) => access('v', index));
  const scope = new Map<string, unknown>([...codegen.constants, ['failWithoutTime', () => failWithoutTime(table)]]);
  const body = `{ ${statements}
    if (${value} !== null) return ${value} + 1;
    ${time.statements}
    return ${time.value} === null ? failWithoutTime() : -Infinity; }`;
  const assign = compile<(row: any) => number>('v', body, scope); // any: rows of sources have shapes of their own
  declareReads(assign, readsOf([watermark.expression, watermark.rowtime], (index) => access('v', index), { hasKind: false }));
  const strategy = context.option('scan.watermark.emit.strategy') === 'on-event'
    ? WatermarkStrategy.forGenerator<unknown>(() => new OnEventWatermarks())
    : WatermarkStrategy.forMonotonousTimestamps<unknown>();
  const idleMs = context.durationOption('table.exec.source.idle-timeout');
  const assigned = strategy.withTimestampAssigner(assign);
  return idleMs !== undefined && idleMs > 0 ? assigned.withIdleness(idleMs) : assigned;
}

function failWithoutTime({ identifier }: ResolvedTable): never {
  throw new TableError('TABLE_ROWTIME_NULL', `a row of ${identifier.name} has no time: RowTime field should not be null, please convert it to a non-null long value. Give such rows a time in a computed column, or leave them out of the table`);
}

class OnEventWatermarks implements WatermarkGenerator<unknown> {
  onEvent(_event: unknown, timestamp: number, output: { emitWatermark(timestamp: number): void }): void {
    output.emitWatermark(timestamp - 1);
  }

  onPeriodicEmit(): void {}
}
