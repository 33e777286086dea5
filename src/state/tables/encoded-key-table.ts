// Key table over serialised keys: strings and composite types, compared by their bytes. hot path
// Invariant: equal keys of the type have equal bytes. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import { createSerializer } from '#core/serialization/create-serializer';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import type { TypeInformation } from '#core/types/type-information';
import { BytesKeyTable, hashBytes } from '#state/tables/bytes-key-table';
import type { CutKeys, KeyTable } from '#state/tables/key-table';
import type { MemoryManager } from '#state/tables/memory-manager';
import type { RowColumns, RowLayout } from '#state/tables/row-columns';

const NO_BYTES = new Uint8Array(0);

export class EncodedKeyTable implements KeyTable {
  readonly columns: RowColumns;
  readonly #table: BytesKeyTable;
  readonly #serializer: TypeSerializer;
  readonly #output = new DataOutput();

  constructor(memory: MemoryManager, owner: string, layout: RowLayout, keyType: TypeInformation) {
    this.#table = new BytesKeyTable(memory, owner, layout);
    this.columns = this.#table.columns;
    this.#serializer = createSerializer(keyType);
  }

  get size(): number {
    return this.columns.size;
  }

  get any(): unknown[] {
    return this.columns.any;
  }

  get wasInserted(): boolean {
    return this.#table.wasInserted;
  }

  find(key: unknown): number {
    const bytes = this.#encode(key);
    return this.#table.find(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }

  findOrInsert(key: unknown): number {
    const bytes = this.#encode(key);
    return this.#table.findOrInsert(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }

  keyAt(row: number): unknown {
    const { blobs } = this.#table;
    const blob = this.#table.keyBlobAt(row);
    return this.#serializer.read(new DataInput(blobs.bytesOf(blob), blobs.offsetOf(blob), blobs.lengthOf(blob)));
  }

  /** Blobs of keys stay where they are until the reader of the cut is done. */
  cutKeys(): CutKeys {
    const held = this.#table.blobs.hold();
    const blobColumn = this.columns.f64.length + this.#table.keyBlobColumn;
    const input = new DataInput(NO_BYTES);
    return {
      keyAt: (columns, at) => {
        const blob = columns[blobColumn]![at]!;
        input.reset(held.bytesOf(blob), held.offsetOf(blob), held.lengthOf(blob));
        return this.#serializer.read(input);
      },
      release: () => held.release(),
    };
  }

  remove(key: unknown): boolean {
    const bytes = this.#encode(key);
    return this.#table.remove(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }

  forEachRow(visit: (row: number) => void): void {
    this.columns.forEachRow(visit);
  }

  clear(): void {
    this.#table.clear();
  }

  release(): void {
    this.#table.release();
  }

  /** The key's bytes, valid until the next call. */
  #encode(key: unknown): Uint8Array {
    this.#output.reset();
    this.#serializer.write(key, this.#output);
    return this.#output.view();
  }
}
