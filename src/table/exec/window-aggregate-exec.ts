// WindowAggregate: one result per key and window, when the window's end has passed. Insert-only.
import type { ExecNode, ChangeKinds, TranslatedInput, TranslatedNode, TranslationContext, WindowProperties } from '#table/exec/exec-node';
import { INSERT_ONLY, isInsertOnly } from '#table/exec/exec-node';
import { aggregateSpecOf } from '#table/exec/group-aggregate-exec';
import { aggregateText } from '#table/exec/plan-text';
import { timesOf, windowText } from '#table/exec/window-table-exec';
import { compile, fieldAccess } from '#table/codegen/row-code';
import type { NamedAggregate, WindowSpec } from '#table/logical/logical-plan';
import { createAggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { StoredAggregation, type StoredAccumulator } from '#table/runtime/aggregate/stored-aggregation';
import { RowKind, type TableRow } from '#table/runtime/row-kind';
import { RowtimeWindowOperator } from '#table/runtime/window/rowtime-window-operator';
import { WindowAggregateFunction } from '#table/runtime/window/window-aggregate-function';
import { windowsOf, windowStartOf } from '#table/runtime/window/window-times';
import type { KeySpecification } from '#core/keys/key-specification';
import { fieldKeys, type RowType } from '#table/types/logical-type';

/** Which column of the output is what. */
export interface WindowOutput {
  /** Columns of the grouping keys, of the aggregates, and of start, end and time where they are asked for (-1 = not). */
  readonly keys: readonly number[];
  readonly aggregates: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly time: number;
}

export interface WindowAggregateShape {
  readonly keyColumns: readonly number[];
  readonly aggregates: readonly NamedAggregate[];
  readonly spec: WindowSpec;
  /** Rows carry their windows in these columns of the input: nothing is assigned. Undefined: assigned here. */
  readonly attached: { readonly startColumn: number; readonly endColumn: number } | undefined;
  readonly output: WindowOutput;
}

export class WindowAggregateExec implements ExecNode {
  readonly kind: string;
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: WindowAggregateShape;
  readonly upsertKeys: readonly (readonly number[])[];
  readonly window: WindowProperties;

  constructor(input: ExecNode, shape: WindowAggregateShape, rowType: RowType, kind = 'WindowAggregate') {
    this.kind = kind;
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
    const { output } = shape;
    this.upsertKeys = output.end >= 0 ? [[...output.keys, output.end]] : [];
    this.window = { startColumn: output.start, endColumn: output.end, timeColumn: output.time, spec: shape.spec };
  }

  get description(): string {
    const { keyColumns, aggregates, spec, attached } = this.shape;
    const { rowType } = this.inputs[0]!;
    const { fields } = rowType;
    const names = keyColumns.map((column) => fields[column]!.name);
    const window = attached === undefined ? windowText(spec, rowType) : `${spec.window}(win_start=[${fields[attached.startColumn]?.name ?? ''}], win_end=[${fields[attached.endColumn]!.name}])`;
    const calls = aggregates.map(({ call, name }) => `${aggregateText(call, fields)} AS ${name}`);
    return `${names.length === 0 ? '' : `groupBy=[${names.join(', ')}], `}window=[${window}], select=[${[...names, ...calls].join(', ')}]`;
  }

  changes(): ChangeKinds {
    return INSERT_ONLY;
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { keyColumns, spec, attached } = this.shape;
    const { transformation, key } = context.keyed(input!, keyColumns);
    const placement = keyColumns.length === 0 ? { parallelism: 1 } : {};
    const isPlain = spec.isRowtime && spec.window !== 'SESSION' && spec.window !== 'CUMULATE' && isInsertOnly(input!.changes) && attached === undefined && this.#isUnzoned(context);
    if (isPlain && this.#aggregation(context, input!).canMerge) return context.oneInput(transformation, { kind: 'stream', keys: [key], create: () => this.#alignedOperator(context, input!, key) }, placement);
    return context.oneInput(transformation, context.keyedFunction(() => this.#function(context, input!), [key]), placement);
  }

  #isUnzoned(context: TranslationContext): boolean {
    const { type } = this.inputs[0]!.rowType.fields[this.shape.spec.timeColumn]!;
    return type.kind === 'TIMESTAMP' || context.functions.localTimeZone === 'UTC';
  }

  #aggregation(context: TranslationContext, input: TranslatedInput): StoredAggregation {
    const { aggregates, output, keyColumns } = this.shape;
    const hasRetraction = !isInsertOnly(input.changes);
    const keys = fieldKeys(this.rowType);
    const extras = [output.start, output.end, output.time].filter((column) => column >= 0);
    return new StoredAggregation(createAggregateHandler({
      inputType: input.rowType, aggregates: aggregates.map(({ call }) => aggregateSpecOf(call, { hasRetraction, functions: context.functions })), hasRetraction,
      outputKeys: [...output.keys, ...output.aggregates, ...extras].map((column) => keys[column]!), keyCount: keyColumns.length, extraCount: extras.length, hasKind: context.hasKind,
    }));
  }

  /** Makes output rows of a window's accumulator. */
  #emitter(aggregation: StoredAggregation, context: TranslationContext): (key: unknown, stored: StoredAccumulator, start: number, end: number) => TableRow {
    const { output, spec } = this.shape;
    const times = timesOf(spec, this.inputs[0]!.rowType, context);
    const has = [output.start >= 0, output.end >= 0, output.time >= 0];
    return (key, stored, start, end) => {
      const extras = [start, end, times.toEpoch(end) - 1].filter((_, index) => has[index]!);
      return aggregation.result(key, stored, RowKind.INSERT, ...extras);
    };
  }

  #alignedOperator(context: TranslationContext, input: TranslatedInput, key: KeySpecification): RowtimeWindowOperator {
    const { spec } = this.shape;
    const aggregation = this.#aggregation(context, input);
    const emit = this.#emitter(aggregation, context);
    const timeKey = fieldKeys(input.rowType)[spec.timeColumn]!;
    const assignment = { kind: spec.window === 'TUMBLE' ? 'tumbling' : 'sliding', timeDomain: 'event', sizeMs: spec.sizeMs, slideMs: spec.slideMs, offsetMs: spec.offsetMs } as const;
    return new RowtimeWindowOperator({
      assignment, allowedLatenessMs: 0, keys: key,
      aggregation: { kind: 'aggregate', aggregate: {
        createAccumulator: () => aggregation.create(),
        add: (row: TableRow, stored: StoredAccumulator) => { aggregation.add(stored, row); return stored; },
        merge: (a: StoredAccumulator, b: StoredAccumulator) => { aggregation.merge(a, b); return a; },
        getResult: (stored: StoredAccumulator) => stored,
        accumulatorType: aggregation.type as never,
      } },
      process: { process: (windowKey: unknown, { window }, [stored]: Iterable<StoredAccumulator>, out) => out(emit(windowKey, stored!, window.start, window.end)) },
    }, compile('row', fieldAccess('row', timeKey)));
  }

  #function(context: TranslationContext, input: TranslatedInput): WindowAggregateFunction {
    const { spec, attached } = this.shape;
    const aggregation = this.#aggregation(context, input);
    const keys = fieldKeys(input.rowType);
    const times = timesOf(spec, this.inputs[0]!.rowType, context);
    const endKey = attached === undefined ? undefined : keys[attached.endColumn]!;
    const startKey = attached === undefined || spec.window !== 'SESSION' ? undefined : keys[attached.startColumn];
    const timeKey = keys[spec.timeColumn];
    const windows = (row: TableRow, nowMs: number): readonly (readonly [number, number])[] | null => {
      if (endKey !== undefined) {
        const end = row[endKey] as number | null;
        if (end === null) return null;
        const start = startKey === undefined ? undefined : (row[startKey] as number | null);
        return [[start ?? attachedStart(spec, end), end]];
      }
      const time = spec.isRowtime ? (row[timeKey!] as number | null) : nowMs;
      if (time === null) return null;
      const local = times.toLocal(time);
      return spec.window === 'SESSION' ? [[local, local + spec.sizeMs]] : windowsOf(spec, local);
    };
    return new WindowAggregateFunction({ aggregation, windowsOf: windows, isRowtime: spec.isRowtime, isSession: spec.window === 'SESSION' && attached === undefined, times, emit: this.#emitter(aggregation, context) });
  }
}

/** Start of the window with that end. A session's is not known from its end: its rows carry it. */
export function attachedStart(spec: WindowSpec, end: number): number {
  return spec.window === 'CUMULATE' ? windowStartOf(end - 1, spec.sizeMs, spec.offsetMs) : end - spec.sizeMs;
}
