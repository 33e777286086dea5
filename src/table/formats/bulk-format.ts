// Formats whose files are blocks of records with an end of their own: only files hold them. Their libraries are loaded when a file
// is first read or written, so that jobs without them start as fast.
import { createRequire } from 'node:module';
import type { BulkReader } from '#connectors/files/record-format';
import type { PartEncoder } from '#connectors/files/part-file-writer';
import type { Files } from '#platform/files/files';
import type { TableRow } from '#table/runtime/row-kind';
import type { FormatRequest } from '#table/formats/table-format';

export interface BulkTableFormat {
  readonly kind: 'bulk';
  readonly identifier: string;
  /** Without their prefix. */
  readonly options: readonly string[];
  /** Refuses bad options and types at once; the function opens a file. */
  createReader(request: FormatRequest): (files: Files, path: string) => BulkReader<TableRow>;
  /** Likewise; the function begins a file. */
  createEncoder(request: FormatRequest): () => PartEncoder<TableRow>;
}

/** A library of package.json, loaded where it is first asked for. */
export const loadLibrary: (name: string) => unknown = createRequire(import.meta.url);
