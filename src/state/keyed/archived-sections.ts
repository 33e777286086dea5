// Sections of lists of rows as a checkpoint of the heap backend has them, made into sections that any backend reads. Thread: the slot's.
//   group                        = | key | id of the first row of its list | id of its last row |*     both int32, of a list state
//                                = | key | count, var-uint | ids of rows, int32 each |*               of a value that is a list
//   pieces of ALL_KEY_GROUPS     = chunks of rows with their links, as in tables/packed-rows.ts
// Invariant: a list by its ends goes from its first row to its last one by the links; what is linked behind came after the cut.
import { assert } from '#core/assert';
import { createSerializer } from '#core/serialization/create-serializer';
import { DataInput } from '#core/serialization/data-input';
import { DataOutput } from '#core/serialization/data-output';
import type { TypeSerializer } from '#core/serialization/type-serializer';
import { ARCHIVED_SECTION_VERSION, STATE_SECTION_PREFIX, STATE_SECTION_VERSION } from '#state/keyed/state-section';
import { ALL_KEY_GROUPS } from '#state/snapshot/deferred-snapshot';
import type { KeyedSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { PackedRows } from '#state/tables/packed-rows';

type GroupPiece = KeyedSection['groups'][number];

const PIECE_BYTES = 256 * 1024;

export function isArchived({ name, version }: KeyedSection): boolean {
  return version === ARCHIVED_SECTION_VERSION && name.startsWith(STATE_SECTION_PREFIX);
}

/** The snapshot without archived sections. */
export function withoutArchives(snapshot: OperatorSnapshot): OperatorSnapshot {
  if (!snapshot.keyed.some(isArchived)) return snapshot;
  const keyed = snapshot.keyed.map((section) => {
    if (!isArchived(section)) return section;
    return { ...section, version: STATE_SECTION_VERSION, groups: [...listPieces(section, snapshot, () => true)] };
  });
  return { ...snapshot, keyed };
}

/**
 * The pieces of an archived section as those of STATE_SECTION_VERSION. @param snapshot that of one old subtask, which holds the
 * section and the rows that it refers to. @param isWanted by key group.
 */
export function* listPieces(section: KeyedSection, { keyed }: OperatorSnapshot, isWanted: (keyGroup: number) => boolean): IterableIterator<GroupPiece> {
  const wanted = section.groups.filter(({ keyGroup }) => keyGroup !== ALL_KEY_GROUPS && isWanted(keyGroup));
  if (wanted.length === 0) return;
  const format = JSON.stringify(section.serializers);
  const { key, element, value } = section.serializers;
  const rowType = value?.type.kind === 'list' ? value.type.element : element?.type;
  assert(key !== undefined && rowType !== undefined, `the archived section ${section.name} is of lists`);
  const chunks = keyed.filter((other) => isArchived(other) && other.name === section.name && JSON.stringify(other.serializers) === format)
    .flatMap(({ groups }) => groups.filter(({ keyGroup }) => keyGroup === ALL_KEY_GROUPS).map(({ bytes }) => bytes));
  const rows = new PackedRows(rowType, chunks);
  const keySerializer = createSerializer(key.type);
  const copyList = element === undefined ? writeRows : writeList;
  for (const { keyGroup, bytes } of wanted) {
    for (const piece of expand(bytes, keySerializer, (input, output) => copyList(input, rows, output))) yield { keyGroup, bytes: piece };
  }
}

function* expand(bytes: Uint8Array, keySerializer: TypeSerializer, copyList: (input: DataInput, output: DataOutput) => void): IterableIterator<Uint8Array> {
  const input = new DataInput(bytes);
  const output = new DataOutput();
  while (input.remaining > 0) {
    const start = input.position;
    keySerializer.read(input);
    output.writeBytes(bytes, start, input.position - start);
    copyList(input, output);
    if (output.length < PIECE_BYTES) continue;
    yield output.toBytes();
    output.reset();
  }
  if (output.length > 0) yield output.toBytes();
}

function writeRows(input: DataInput, rows: PackedRows, output: DataOutput): void {
  const count = input.readVarUint();
  output.writeVarUint(count);
  for (let i = 0; i < count; i++) rows.encode(input.readInt32(), output);
}

function writeList(input: DataInput, rows: PackedRows, output: DataOutput): void {
  const first = input.readInt32();
  const last = input.readInt32();
  let count = 1;
  for (let id = first; id !== last; id = rows.nextOf(id)) count++;
  output.writeVarUint(count);
  for (let id = first; ; id = rows.nextOf(id)) {
    rows.encode(id, output);
    if (id === last) return;
  }
}
