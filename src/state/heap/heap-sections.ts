// Reads the bytes of one state back into the heap backend, in the format of state-section.ts; heap-snapshot.ts writes them. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import type { HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import { codecOfSection } from '#state/keyed/state-section';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { RestoredOperatorState } from '#state/snapshot/operator-snapshot';

export interface HeapStateEntry {
  readonly name: string;
  readonly cell: HeapCell;
  /** By role. */
  readonly serializers: Readonly<Record<string, SerializerSnapshot>>;
  readonly codec: StoredCodec;
}

export interface HeapSectionReading {
  readonly context: KeyContext;
  readonly keySerializer: TypeSerializer;
}

/** Throws STATE_MIGRATION_UNSUPPORTED or SNAPSHOT_VERSION_UNSUPPORTED before anything is read. */
export function readHeapSections(pieces: ReturnType<RestoredOperatorState['keyed']>, entry: HeapStateEntry, reading: HeapSectionReading): void {
  const { context, keySerializer } = reading;
  for (const piece of pieces) {
    const codec = codecOfSection(piece, entry, entry.codec);
    const input = new DataInput(piece.bytes);
    while (input.remaining > 0) {
      context.setKey(keySerializer.read(input));
      entry.cell.readEntry(input, codec);
    }
  }
}
