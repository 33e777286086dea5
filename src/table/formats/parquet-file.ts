// Parquet files: row groups of column chunks, and the metadata at the end. Read a row group at a time, only the columns that the
// table has, and written likewise, synchronously. Thread: the slot's.
import { gzipSync } from 'node:zlib';
import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { ConnectorError } from '#connectors/errors';
import { END_OF_FILE, type BulkReader } from '#connectors/files/record-format';
import type { PartEncoder } from '#connectors/files/part-file-writer';
import { loadLibrary } from '#table/formats/bulk-format';
import { parquetSchemaOf } from '#table/formats/parquet-schema';
import { parquetDecoder, parquetEncoder, takeRoundings, type ElementFacts, type ParquetReading } from '#table/formats/parquet-values';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import type { Files, ReadHandle } from '#platform/files/files';

const TAIL_BYTES = 8;
const MARK = 'PAR1';
const GROUP_ROWS = 50_000;

export const PARQUET_CODECS = ['SNAPPY', 'UNCOMPRESSED', 'GZIP'] as const;
export type ParquetCodec = (typeof PARQUET_CODECS)[number];

/** Moments as the numbers that they are. */
const same = <T>(value: T): T => value;
const PARSERS = { timestampFromMilliseconds: same, timestampFromMicroseconds: same, timestampFromNanoseconds: same, dateFromDays: same, jsonFromBytes: (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes) };

interface FileColumn {
  readonly key: string;
  readonly node: SchemaTree;
  readonly decode: (value: unknown) => unknown;
}

/** The parts of the library that work on bytes at hand: its own entry reads promises only. */
interface Library {
  parquetMetadata(bytes: ArrayBuffer): FileMetaData;
  parquetSchema(metadata: FileMetaData): SchemaTree;
  readColumn(reader: { view: DataView; offset: number }, select: object, decoder: object): { readonly data: readonly ArrayLike<unknown>[] };
  assembleNested(columns: Map<string, ArrayLike<unknown>>, schema: SchemaTree, parsers: object): void;
  flatten(chunks: readonly ArrayLike<unknown>[]): ArrayLike<unknown>;
  getTreePath(tree: SchemaTree, path: readonly string[]): readonly SchemaTree[];
  readonly DEFAULT_PARSERS: object;
  readonly compressors: object;
}

function library(): Library {
  return ['hyparquet', 'hyparquet/src/column.js', 'hyparquet/src/assemble.js', 'hyparquet/src/utils.js', 'hyparquet/src/schema.js', 'hyparquet/src/convert.js', 'hyparquet-compressors'].reduce((all, name) => ({ ...all, ...loadLibrary(name) as object }), {}) as Library;
}

export class ParquetFileReader implements BulkReader<TableRow> {
  readonly #path: string;
  readonly #handle: ReadHandle;
  readonly #library = library();
  readonly #metadata: FileMetaData;
  readonly #tree: SchemaTree;
  readonly #columns: readonly FileColumn[];
  /** Columns that the file lacks. */
  readonly #absent: readonly string[];
  #group = -1;
  #values: readonly ArrayLike<unknown>[] = [];
  #next = 0;
  #rows = 0;

  constructor(files: Files, path: string, rowType: RowType, reading: ParquetReading) {
    this.#path = path;
    this.#handle = files.openReadSync(path);
    try {
      this.#metadata = this.#readMetadata(files.sizeSync(path));
      const facts: ElementFacts = takeRoundings(this.#metadata);
      this.#tree = this.#library.parquetSchema(this.#metadata);
      const keys = fieldKeys(rowType);
      const nodes = rowType.fields.map((field, index) => ({ field, key: keys[index]!, node: this.#tree.children.find(({ element }) => element.name === field.name) }));
      this.#columns = nodes.flatMap(({ field, key, node }) => (node === undefined ? [] : [{ key, node, decode: parquetDecoder(field.type, node, facts, reading) }]));
      this.#absent = nodes.filter(({ node }) => node === undefined).map(({ key }) => key);
    } catch (failure) {
      this.#handle.closeSync();
      throw failure;
    }
  }

  next(): TableRow | typeof END_OF_FILE {
    while (this.#next === this.#rows) if (!this.#openGroup()) return END_OF_FILE;
    const row: TableRow = {};
    const index = this.#next++;
    for (const [column, { key, decode }] of this.#columns.entries()) row[key] = decode(this.#values[column]![index]);
    for (const key of this.#absent) row[key] = null;
    return row;
  }

  skip(count: number): void {
    for (let left = count; left > 0;) {
      if (this.#next < this.#rows) {
        const passed = Math.min(left, this.#rows - this.#next);
        this.#next += passed;
        left -= passed;
        continue;
      }
      const rows = Number(this.#metadata.row_groups[this.#group + 1]?.num_rows ?? -1);
      if (rows < 0) return;
      if (rows > left) this.#openGroup();
      else {
        this.#group++;
        left -= rows;
      }
    }
  }

  close(): void {
    this.#handle.closeSync();
  }

  #readMetadata(bytes: number): FileMetaData {
    if (bytes < TAIL_BYTES + MARK.length) this.#fail('it is too short');
    const tail = Buffer.from(this.#read(bytes - TAIL_BYTES, TAIL_BYTES));
    if (tail.toString('latin1', 4) !== MARK) this.#fail(`it does not end with ${MARK}`);
    const length = tail.readUInt32LE(0) + TAIL_BYTES;
    if (length > bytes) this.#fail('its metadata would be larger than the file');
    try {
      return this.#library.parquetMetadata(this.#read(bytes - length, length));
    } catch (cause) {
      return this.#fail(`its metadata cannot be read: ${String(cause)}`, cause);
    }
  }

  /** False behind the last. */
  #openGroup(): boolean {
    const group = this.#metadata.row_groups[++this.#group];
    if (group === undefined) return false;
    this.#rows = Number(group.num_rows);
    this.#next = 0;
    try {
      this.#values = this.#columns.map(({ node }) => this.#columnOf(group, node));
    } catch (cause) {
      this.#fail(`row group ${this.#group} cannot be read: ${String(cause)}`, cause);
    }
    return true;
  }

  #columnOf(group: FileMetaData['row_groups'][number], node: SchemaTree): ArrayLike<unknown> {
    const { readColumn, assembleNested, flatten, getTreePath, DEFAULT_PARSERS, compressors } = this.#library;
    const leaves = new Map<string, ArrayLike<unknown>>();
    const parsers = { ...DEFAULT_PARSERS, ...PARSERS };
    for (const { meta_data: chunk } of group.columns) {
      if (chunk === undefined || chunk.path_in_schema[0] !== node.element.name) continue;
      const start = Number(chunk.dictionary_page_offset ?? chunk.data_page_offset);
      const schemaPath = getTreePath(this.#tree, chunk.path_in_schema);
      const decoder = { ...chunk, pathInSchema: chunk.path_in_schema, element: schemaPath.at(-1)!.element, schemaPath, parsers, compressors, utf8: false };
      const { data } = readColumn({ view: new DataView(this.#read(start, Number(chunk.total_compressed_size))), offset: 0 }, { groupStart: 0, selectStart: 0, selectEnd: this.#rows }, decoder);
      leaves.set(chunk.path_in_schema.join('.'), flatten(data));
    }
    if (node.children.length > 0) assembleNested(leaves, node, parsers);
    return leaves.get(node.path.join('.'))!;
  }

  #read(offset: number, length: number): ArrayBuffer {
    const bytes = new Uint8Array(length);
    if (this.#handle.readRangeSync(offset, bytes) < length) this.#fail('it is cut short');
    return bytes.buffer;
  }

  #fail(problem: string, cause?: unknown): never {
    throw new ConnectorError('FILE_RECORD_MALFORMED', `${this.#path}: ${problem}: check that it is a Parquet file, and whole`, { cause, context: { path: this.#path } });
  }
}

interface WriterLibrary {
  ByteWriter: new () => { index: number; getBytes(): Uint8Array };
  ParquetWriter: new (options: object) => { write(options: object): void; finish(): void };
}

export class ParquetFileEncoder implements PartEncoder<TableRow> {
  readonly #bytes: InstanceType<WriterLibrary['ByteWriter']>;
  readonly #writer: InstanceType<WriterLibrary['ParquetWriter']>;
  readonly #columns: readonly { readonly name: string; readonly key: string; readonly encode: (value: unknown) => unknown }[];
  #values: unknown[][];
  #rows = 0;
  #bytesPerRow: number;

  constructor(rowType: RowType, codec: ParquetCodec) {
    const { ByteWriter, ParquetWriter } = loadLibrary('hyparquet-writer') as WriterLibrary;
    const keys = fieldKeys(rowType);
    const schema: SchemaElement[] = parquetSchemaOf(rowType);
    this.#columns = rowType.fields.map(({ name, type }, index) => ({ name, key: keys[index]!, encode: parquetEncoder(type) }));
    this.#values = this.#columns.map(() => []);
    this.#bytesPerRow = 8 * rowType.fields.length;
    this.#bytes = new ByteWriter();
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema, codec, createdBy: 'millrace', compressors: { GZIP: (input: Uint8Array) => gzipSync(input) } });
  }

  /** From what the last row group took. */
  get pendingBytes(): number {
    return this.#rows * this.#bytesPerRow;
  }

  add(row: TableRow): void {
    for (const [column, { key, encode }] of this.#columns.entries()) this.#values[column]!.push(encode(row[key]));
    if (++this.#rows === GROUP_ROWS) this.#endGroup();
  }

  take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }

  finish(): Uint8Array {
    if (this.#rows > 0) this.#endGroup();
    this.#writer.finish();
    return this.take();
  }

  #endGroup(): void {
    const before = this.#bytes.index;
    this.#writer.write({ columnData: this.#columns.map(({ name }, column) => ({ name, data: this.#values[column]! })), rowGroupSize: GROUP_ROWS });
    this.#bytesPerRow = Math.max(1, (this.#bytes.index - before) / this.#rows);
    this.#values = this.#columns.map(() => []);
    this.#rows = 0;
  }
}
