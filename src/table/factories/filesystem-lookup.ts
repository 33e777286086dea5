// A table of files looked up by key: read whole when it is opened, and kept in memory. Changes of the files are not seen.
import { openFileRecords } from '#connectors/files/file-records';
import { END_OF_FILE, type FileFormat } from '#connectors/files/record-format';
import { filesAt } from '#connectors/files/file-split-enumerator';
import { MalformedRecords } from '#connectors/files/malformed-records';
import type { Lookup, LookupContext } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';
import { hashKey } from '#table/values/value-equality';

export interface FilesystemLookupOptions {
  readonly path: string;
  readonly rowType: RowType;
  readonly keyColumns: readonly number[];
  readonly format: FileFormat<TableRow>;
}

export class FilesystemLookup implements Lookup {
  readonly #options: FilesystemLookupOptions;
  readonly #keyOf: (values: readonly unknown[]) => unknown;
  readonly #rows = new Map<unknown, TableRow[]>();

  constructor(options: FilesystemLookupOptions) {
    this.#options = options;
    const hashes = options.keyColumns.map((column) => hashKey(options.rowType.fields[column]!.type));
    this.#keyOf = (values) => (values.length === 1 ? hashes[0]!(values[0]) : JSON.stringify(values.map((value, index) => String(hashes[index]!(value)))));
  }

  open({ files }: LookupContext): void {
    const { path, format, rowType, keyColumns } = this.#options;
    const keys = fieldKeys(rowType);
    const malformed = new MalformedRecords('fail', () => undefined);
    for (const file of filesAt(files, path, true)) {
      const records = openFileRecords(format, files, file, malformed);
      for (let row = records.next(); row !== END_OF_FILE; row = records.next()) {
        const values = keyColumns.map((column) => (row as TableRow)[keys[column]!] as unknown);
        // NULL equals nothing.
        if (values.includes(null)) continue;
        const key = this.#keyOf(values);
        const rows = this.#rows.get(key);
        if (rows === undefined) this.#rows.set(key, [row]);
        else rows.push(row);
      }
      records.close();
    }
  }

  lookup(key: readonly unknown[]): readonly TableRow[] {
    return this.#rows.get(this.#keyOf(key)) ?? [];
  }

  close(): void {
    this.#rows.clear();
  }
}
