// Prints the final rows of a query in the benchmark's canonical form: a changelog is applied in memory and printed at the end.
import type { Sink, SinkWriter, SinkWriterContext } from '#streaming/sink/sink';
import { formatTimestamp } from '#core/time/format-timestamp';
import type { TableSink } from '#table/factories/table-factory';
import { isAccumulate, kindOf, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalType, type RowType } from '#table/types/logical-type';
import { decimalText } from '#table/values/decimal-arithmetic';

export const nexmarkResultSink: TableSink = {
  kind: 'sink',
  changelogMode: ({ updates, deletes }) => (updates || deletes ? 'retract' : 'insert-only'),
  createSink: ({ rowType, hasKind }) => ({ sink: new ResultSink(rowType, hasKind), parallelism: 1 }),
};

class ResultSink implements Sink<TableRow, never, never> {
  readonly name = 'Nexmark Result';
  readonly #rowType: RowType;
  readonly #hasKind: boolean;

  constructor(rowType: RowType, hasKind: boolean) {
    this.#rowType = rowType;
    this.#hasKind = hasKind;
  }

  createWriter(context: SinkWriterContext): SinkWriter<TableRow, never, never> {
    return new ResultWriter(context, canonicalLine(this.#rowType), this.#hasKind);
  }
}

const LINES_MAX = 500;

class ResultWriter implements SinkWriter<TableRow, never, never> {
  readonly #context: SinkWriterContext;
  readonly #line: (row: TableRow) => string;
  readonly #counts: Map<string, number> | undefined;
  #lines: string[] = [];

  constructor(context: SinkWriterContext, line: (row: TableRow) => string, hasKind: boolean) {
    this.#context = context;
    this.#line = line;
    this.#counts = hasKind ? new Map() : undefined;
  }

  write(row: TableRow): void {
    const line = this.#line(row);
    if (this.#counts === undefined) {
      this.#print(line);
      return;
    }
    const count = (this.#counts.get(line) ?? 0) + (isAccumulate(kindOf(row)) ? 1 : -1);
    if (count === 0) this.#counts.delete(line);
    else this.#counts.set(line, count);
  }

  flush(isEndOfInput: boolean): void {
    if (isEndOfInput && this.#counts !== undefined) {
      for (const [line, count] of this.#counts) for (let i = 0; i < count; i++) this.#print(line);
      this.#counts.clear();
    }
    this.#flushLines();
  }

  close(): void {}

  #print(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length >= LINES_MAX) this.#flushLines();
  }

  #flushLines(): void {
    if (this.#lines.length > 0) this.#context.print(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

/** One JSON object without blanks, keys in the order of the columns. */
function canonicalLine(rowType: RowType): (row: TableRow) => string {
  const columns = fieldKeys(rowType).map((key, index) => ({ key, name: JSON.stringify(rowType.fields[index]!.name), print: canonicalValue(rowType.fields[index]!.type) }));
  return (row) => `{${columns.map(({ key, name, print }) => `${name}:${row[key] === null ? 'null' : print(row[key])}`).join(',')}}`;
}

function canonicalValue(type: LogicalType): (value: any) => string { // any: values of every SQL type
  switch (type.kind) {
    case 'TIMESTAMP': return (value: number) => JSON.stringify(formatTimestamp(value));
    case 'DECIMAL': return (value: number | bigint) => JSON.stringify(decimalText(value, type.scale));
    case 'BIGINT': return String;
    default: return (value) => JSON.stringify(value);
  }
}
