// What a format is: texts of single records to rows and back. Connectors that move texts (files, sockets) find it by its name.
import type { SourceChanges } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';
import type { LogicalType, RowType } from '#table/types/logical-type';

export interface FormatRequest {
  /** Columns that the text holds. Partition columns are not among them. */
  readonly rowType: RowType;
  /** Metadata columns that the format fills: their keys in the rows, its names for them, and their types. */
  readonly metadata?: readonly { readonly key: string; readonly name: string; readonly type: LogicalType }[];
  /** Session's zone. */
  readonly timeZone: string;
  /** An option of the format without its prefix: `ignore-parse-errors`. */
  option(name: string): string | undefined;
  /** Throws TABLE_OPTION_INVALID about an option of the format. */
  refuse(name: string, problem: string): never;
}

/** Rows of one record: none where it says nothing, two for an update. Throws FunctionError where the text is no record. */
export type RecordDecoder = (text: string) => readonly TableRow[];

export type RecordEncoder = (row: TableRow) => string;

export interface TableFormat {
  readonly kind: 'text';
  readonly identifier: string;
  /** Without their prefix. */
  readonly options: readonly string[];
  /** What its rows are when read; INSERTS unless records say which change they are. */
  readonly changes: SourceChanges;
  /** Names of what it tells beside the columns; none where left out. */
  readonly metadata?: ReadonlyMap<string, unknown>;
  /** Records may go over several lines: how many quotes of this kind are open tells. */
  multiLineQuote?(request: Pick<FormatRequest, 'option'>): string | undefined;
  createDecoder(request: FormatRequest): RecordDecoder;
  createEncoder(request: FormatRequest): RecordEncoder;
}

export function booleanFormatOption(request: FormatRequest, name: string, fallback: boolean): boolean {
  const text = request.option(name)?.toLowerCase();
  if (text === undefined) return fallback;
  return text === 'true' || (text === 'false' ? false : request.refuse(name, `is '${text}': give true or false`));
}

export function choiceFormatOption<T extends string>(request: FormatRequest, name: string, choices: readonly T[]): T {
  const text = request.option(name) ?? choices[0]!;
  return choices.find((choice) => choice === text) ?? request.refuse(name, `is '${text}': give one of ${choices.join(', ')}`);
}
