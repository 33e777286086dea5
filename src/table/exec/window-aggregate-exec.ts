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
import type { OperatorEnvironment } from '#streaming/operator/stream-operator';
import { GridWindowOperator, type RowTime } from '#table/runtime/window/grid-window-operator';
import { SessionAggregateFunction } from '#table/runtime/window/session-aggregate-function';
import { WindowAggregateFunction } from '#table/runtime/window/window-aggregate-function';
import { windowsOf, windowStartOf } from '#table/runtime/window/window-times';
import type { KeySpecification } from '#core/keys/key-specification';
import type { Accumulation } from '#streaming/window/accumulation';
import type { WindowResult } from '#streaming/window/window-operator-options';
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

/** The row of a window: start and end on the line of windows. */
type Emitter = (key: unknown, stored: StoredAccumulator, start: number, end: number) => TableRow;

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
    if (this.#isOnGrid(context, input!)) return context.oneInput(transformation, { kind: 'stream', keys: [key], create: (environment) => this.#gridOperator(context, input!, key, environment) }, placement);
    const isSession = spec.window === 'SESSION' && attached === undefined;
    return context.oneInput(transformation, context.keyedFunction(() => (isSession ? this.#sessionFunction(context, input!) : this.#function(context, input!)), [key]), placement);
  }

  /** No window of a row depends on other rows, and none is taken back. Windows that rows carry are told apart by their ends. */
  #isOnGrid(context: TranslationContext, input: TranslatedInput): boolean {
    const { spec: { window, isRowtime }, attached } = this.shape;
    if (window === 'SESSION' || !isInsertOnly(input.changes) || !this.#isUnzoned(context)) return false;
    return attached !== undefined ? isRowtime : (window !== 'CUMULATE' && this.#aggregation(context, input).canMerge);
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
  #emitter(aggregation: StoredAggregation, context: TranslationContext): Emitter {
    const { output, spec } = this.shape;
    const times = timesOf(spec, this.inputs[0]!.rowType, context);
    const extras = [...(output.start >= 0 ? ['start'] : []), ...(output.end >= 0 ? ['end'] : []), ...(output.time >= 0 ? ['toEpoch(end) - 1'] : [])];
    const body = `return (key, stored, start, end) => aggregation.result(key, stored, ${[RowKind.INSERT, ...extras].join(', ')});`;
    return new Function('aggregation', 'toEpoch', body)(aggregation, times.toEpoch) as Emitter;
  }

  #gridOperator(context: TranslationContext, input: TranslatedInput, key: KeySpecification, environment: OperatorEnvironment): GridWindowOperator {
    const { spec, attached } = this.shape;
    const { sizeMs, slideMs, offsetMs, isRowtime } = spec;
    const aggregation = this.#aggregation(context, input);
    const emit = this.#emitter(aggregation, context);
    const keys = fieldKeys(input.rowType);
    const accumulation: Accumulation = {
      first: (row) => {
        const stored = aggregation.create();
        aggregation.add(stored, row as TableRow);
        return stored;
      },
      add: (row, stored) => {
        aggregation.add(stored as StoredAccumulator, row as TableRow);
        return stored;
      },
      merge: (a, b) => {
        aggregation.merge(a as StoredAccumulator, b as StoredAccumulator);
        return a;
      },
      copy: (stored) => aggregation.copy(stored as StoredAccumulator),
      result: (stored) => stored, elements: (stored) => [stored], isSliceable: true, type: aggregation.type,
    };
    // Windows that rows carry have ends one slide apart: each is told by the slide that ends with it.
    const isTumbling = attached !== undefined || spec.window === 'TUMBLE';
    const assignment = { kind: isTumbling ? 'tumbling' : 'sliding', timeDomain: isRowtime ? 'event' : 'processing', sizeMs: attached === undefined ? sizeMs : slideMs, slideMs, offsetMs } as const;
    const resultOf: WindowResult = attached === undefined ? (emit as WindowResult) : (windowKey, stored, _start, end) => emit(windowKey, stored as StoredAccumulator, attachedStart(spec, end), end);
    const options = { assignment, allowedLatenessMs: 0, keys: key, aggregation: { kind: 'accumulation', accumulation }, resultOf, hasGivenTime: true } as const;
    return new GridWindowOperator(options, attached === undefined ? this.#timeOf(keys) : endTimeOf(keys[attached.endColumn]!), environment);
  }

  #timeOf(keys: readonly string[]): RowTime | undefined {
    const { spec } = this.shape;
    return spec.isRowtime ? (compile('row', fieldAccess('row', keys[spec.timeColumn]!)) as RowTime) : undefined;
  }

  #sessionFunction(context: TranslationContext, input: TranslatedInput): SessionAggregateFunction {
    const { spec } = this.shape;
    const aggregation = this.#aggregation(context, input);
    const times = timesOf(spec, this.inputs[0]!.rowType, context);
    const timeOf = this.#timeOf(fieldKeys(input.rowType));
    const localTimeOf: RowTime | undefined = timeOf === undefined || this.#isUnzoned(context) ? timeOf : (row) => {
      const time = timeOf(row);
      return time === null ? null : times.toLocal(time);
    };
    return new SessionAggregateFunction({ aggregation, timeOf: localTimeOf, gapMs: spec.sizeMs, times, emit: this.#emitter(aggregation, context) });
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
      return windowsOf(spec, local);
    };
    return new WindowAggregateFunction({ aggregation, windowsOf: windows, isRowtime: spec.isRowtime, times, emit: this.#emitter(aggregation, context) });
  }
}

/** Start of the window with that end. A session's is not known from its end: its rows carry it. */
export function attachedStart(spec: WindowSpec, end: number): number {
  return spec.window === 'CUMULATE' ? windowStartOf(end - 1, spec.sizeMs, spec.offsetMs) : end - spec.sizeMs;
}

/** The last time of the window that a row carries. */
function endTimeOf(endKey: string): RowTime {
  const end = fieldAccess('row', endKey);
  return compile('row', `${end} === null ? null : ${end} - 1`);
}
