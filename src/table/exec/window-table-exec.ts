// WindowTableFunction: each row once per window that it is in, with the window's start, end and time.
import type { ChangeKinds, ExecNode, TranslatedInput, TranslatedNode, TranslationContext, WindowProperties } from '#table/exec/exec-node';
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { SessionTableFunction } from '#table/runtime/window/session-table-function';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import type { WindowSpec } from '#table/logical/logical-plan';
import { timestampMs } from '#table/values/timestamp-value';
import { windowsOf, windowTimesOf } from '#table/runtime/window/window-times';
import { fieldKeys, TIME_ATTRIBUTE_PRECISION, type LogicalTypeOf, type RowType } from '#table/types/logical-type';

export class WindowTableExec implements ExecNode {
  readonly kind = 'WindowTableFunction';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly spec: WindowSpec;
  readonly upsertKeys: readonly (readonly number[])[] = [];
  readonly window: WindowProperties;

  constructor(input: ExecNode, spec: WindowSpec, rowType: RowType) {
    this.inputs = [input];
    this.spec = spec;
    this.rowType = rowType;
    const width = input.rowType.fields.length;
    this.window = { startColumn: width, endColumn: width + 1, timeColumn: width + 2, spec };
  }

  /** Slices are of time attributes only; a batch may be windowed by finer timestamps. */
  get isTimeInMs(): boolean {
    return (this.inputs[0]!.rowType.fields[this.spec.timeColumn]!.type as LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>).precision <= TIME_ATTRIBUTE_PRECISION;
  }

  get description(): string {
    return `window=[${windowText(this.spec, this.inputs[0]!.rowType)}]`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    return inputs[0]!;
  }

  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    return [isRequired];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const rows = context.plainRows(input!);
    const { spec } = this;
    const times = timesOf(spec, this.inputs[0]!.rowType, context);
    const timeOf = timeReader(input!.rowType, spec.timeColumn);
    const make = windowedRow(input!.rowType, this.rowType, context.hasKind);
    if (spec.window === 'SESSION') return this.#translateSession(context, input!);
    // An operator of its own, since the time by the clock is asked for per row.
    const apply = (row: TableRow, collect: (row: TableRow) => void): void => {
      const time = spec.isRowtime ? timeOf(row) : context.functions.now();
      if (time === null) return;
      for (const [start, end] of windowsOf(spec, times.toLocal(time))) collect(make(row, start, end, times.toEpoch(end) - 1));
    };
    return context.oneInput(rows, { kind: 'row', row: { kind: 'flatMap', apply } });
  }

  /** Where a session ends is known only when it is over. */
  #translateSession(context: TranslationContext, input: TranslatedInput): TranslatedNode {
    const { spec } = this;
    const { transformation, key } = context.keyed(input, spec.partitionColumns);
    const create = () => new SessionTableFunction({
      rowType: rowTypeInformation(input.rowType, { hasKind: context.hasKind }), gapMs: spec.sizeMs, times: timesOf(spec, this.inputs[0]!.rowType, context),
      timeOf: spec.isRowtime ? timeReader(input.rowType, spec.timeColumn) : undefined, emit: windowedRow(input.rowType, this.rowType, context.hasKind),
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), spec.partitionColumns.length === 0 ? { parallelism: 1 } : {});
  }
}

/** In ms, whatever the precision. */
function timeReader(type: RowType, column: number): (row: TableRow) => number | null {
  const value = fieldAccess('row', fieldKeys(type)[column]!);
  const { precision } = type.fields[column]!.type as LogicalTypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'>;
  if (precision <= TIME_ATTRIBUTE_PRECISION) return compile('row', value);
  return compile('row', `${value} === null ? null : timestampMs(${value}, ${precision})`, new Map([['timestampMs', timestampMs]]));
}

function windowedRow(from: RowType, to: RowType, hasKind: boolean): (row: TableRow, start: number, end: number, time: number) => TableRow {
  const keys = [...fieldKeys(to)];
  const values = [...fieldKeys(from).map((key) => fieldAccess('row', key)), 'start', 'end', 'time'];
  if (hasKind) {
    keys.push(KIND_KEY);
    values.push(fieldAccess('row', KIND_KEY));
  }
  return compile('row, start, end, time', `(${rowLiteral(keys, values)})`);
}

/** How the time column of a window lies on the line of windows. */
export function timesOf(spec: WindowSpec, rowType: RowType, context: TranslationContext): ReturnType<typeof windowTimesOf> {
  const isZoned = !spec.isRowtime || rowType.fields[spec.timeColumn]!.type.kind === 'TIMESTAMP_LTZ';
  return windowTimesOf(isZoned, context.functions.localTimeZone);
}

export function windowText(spec: WindowSpec, rowType: RowType): string {
  const time = `time_col=[${rowType.fields[spec.timeColumn]?.name ?? ''}]`;
  const ms = (name: string, value: number): string => `, ${name}=[${durationText(value)}]`;
  const offset = spec.offsetMs === 0 ? '' : ms('offset', spec.offsetMs);
  switch (spec.window) {
    case 'TUMBLE': return `TUMBLE(${time}${ms('size', spec.sizeMs)}${offset})`;
    case 'HOP': return `HOP(${time}${ms('size', spec.sizeMs)}${ms('slide', spec.slideMs)}${offset})`;
    case 'CUMULATE': return `CUMULATE(${time}${ms('max_size', spec.sizeMs)}${ms('step', spec.slideMs)}${offset})`;
    case 'SESSION': return `SESSION(${time}${ms('gap', spec.sizeMs)})`;
  }
}

function durationText(ms: number): string {
  for (const [unit, size] of [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000]] as const) if (ms !== 0 && ms % size === 0) return `${ms / size} ${unit}`;
  return `${ms} ms`;
}

