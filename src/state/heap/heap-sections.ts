// Bytes of one state of the heap backend per key group, and back: the format of state-section.ts. Thread: the slot's.
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { SerializerSnapshot, TypeSerializer } from '#core/serialization/type-serializer';
import type { HeapCell } from '#state/heap/heap-cell';
import type { KeyContext } from '#state/heap/key-context';
import type { RowsByKeyGroup } from '#state/heap/rows-by-key-group';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { codecOfSection, STATE_SECTION_VERSION } from '#state/keyed/state-section';
import type { StoredCodec } from '#state/keyed/stored-codec';
import type { KeyedSection, RestoredOperatorState } from '#state/snapshot/operator-snapshot';

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

export interface HeapSectionWriting extends HeapSectionReading {
  readonly range: KeyGroupRange;
  readonly grouped: RowsByKeyGroup;
}

export function writeHeapSection(name: string, entry: HeapStateEntry, writing: HeapSectionWriting): KeyedSection {
  const { context, keySerializer, range, grouped } = writing;
  const { cell } = entry;
  const output = new DataOutput();
  const groups: { keyGroup: number; bytes: Uint8Array }[] = [];
  for (let group = 0; group <= range.end - range.start; group++) {
    output.reset();
    for (let i = grouped.starts[group]!; i < grouped.starts[group + 1]!; i++) {
      const row = grouped.rows[i]!;
      if (!context.isPresent(row, cell.presence) || !cell.isKept(row)) continue;
      keySerializer.write(context.table.keyAt(row), output);
      cell.writeRow(row, output);
    }
    if (output.length > 0) groups.push({ keyGroup: range.start + group, bytes: output.toBytes() });
  }
  return { name, version: STATE_SECTION_VERSION, serializers: entry.serializers, groups };
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
