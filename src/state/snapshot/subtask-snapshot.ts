// One subtask's snapshot as the bytes of one file, and back: every operator's sections with a checksum each. Pure
// functions over bytes; storage writes and reads the files. Thread: any.
//   file = | magic "MRSS" | format version: u32 | index bytes: u32 | CRC-32 of the index: u32 | index: JSON, UTF-8 | payload |
// Invariant: offsets in the index count from the start of the payload; a section's pieces are contiguous.
import { Buffer } from 'node:buffer';
import type { SerializerSnapshot } from '#core/serialization/type-serializer';
import { StateError } from '#state/errors';
import { crc32 } from '#state/snapshot/crc32';
import type { KeyedSection, OperatorSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';

const MAGIC = 0x5353524d;
export const SUBTASK_SNAPSHOT_VERSION = 1;
const HEADER_BYTES = 16;

export interface SectionIndex {
  readonly operatorId: string;
  readonly name: string;
  readonly version: number;
  readonly mode: 'keyed' | OperatorSection['mode'];
  readonly serializers?: Readonly<Record<string, SerializerSnapshot>>;
  /** Key group of each piece; absent for operator sections. */
  readonly keyGroups?: readonly number[];
  /** Bytes of each piece, one after another from `offset`. */
  readonly lengths: readonly number[];
  readonly offset: number;
  readonly crc32: number;
}

export interface EncodedSnapshot {
  readonly bytes: Uint8Array;
  readonly index: readonly SectionIndex[];
}

/** Snapshots of a subtask's operators by operator id. */
export type SubtaskSections = ReadonlyMap<string, OperatorSnapshot>;

/** Cost: one copy and one checksum of all bytes. The bytes belong to the caller. */
export function encodeSubtaskSnapshot(operators: SubtaskSections): EncodedSnapshot {
  const index: SectionIndex[] = [];
  const pieces: Uint8Array[] = [];
  let offset = 0;
  const add = (section: Omit<SectionIndex, 'lengths' | 'offset' | 'crc32'>, parts: readonly Uint8Array[]): void => {
    let checksum = 0;
    let length = 0;
    for (const part of parts) {
      checksum = crc32(part, 0, part.length, checksum);
      length += part.length;
      pieces.push(part);
    }
    index.push({ ...section, lengths: parts.map((part) => part.length), offset, crc32: checksum });
    offset += length;
  };
  for (const [operatorId, snapshot] of operators) {
    for (const { name, version, serializers, groups } of snapshot.keyed) {
      add({ operatorId, name, version, mode: 'keyed', serializers, keyGroups: groups.map((group) => group.keyGroup) }, groups.map((group) => group.bytes));
    }
    for (const { name, version, mode, items, serializers } of snapshot.operator) {
      add({ operatorId, name, version, mode, ...(serializers === undefined ? {} : { serializers }) }, items);
    }
  }
  return { bytes: assemble(index, pieces, offset), index };
}

/**
 * The inverse of encodeSubtaskSnapshot; sections point into `bytes`. Throws SNAPSHOT_CORRUPT (StateError) naming the
 * file and the section whose checksum fails, SNAPSHOT_VERSION_UNSUPPORTED for a format of another version.
 */
export function decodeSubtaskSnapshot(bytes: Uint8Array, fileName: string): Map<string, OperatorSnapshot> {
  const { index, payload } = decodeIndex(bytes, fileName);
  const operators = new Map<string, { keyed: KeyedSection[]; operator: OperatorSection[] }>();
  for (const section of index) {
    const pieces = cutPieces(section, payload, fileName);
    const { operatorId, name, version, mode, serializers, keyGroups } = section;
    let snapshot = operators.get(operatorId);
    if (snapshot === undefined) operators.set(operatorId, (snapshot = { keyed: [], operator: [] }));
    if (mode === 'keyed') snapshot.keyed.push({ name, version, serializers: serializers ?? {}, groups: pieces.map((piece, i) => ({ keyGroup: keyGroups![i]!, bytes: piece })) });
    else snapshot.operator.push({ name, version, mode, items: pieces, ...(serializers === undefined ? {} : { serializers }) });
  }
  return operators;
}

function assemble(index: readonly SectionIndex[], pieces: readonly Uint8Array[], payloadBytes: number): Uint8Array {
  const indexBytes = Buffer.from(JSON.stringify(index), 'utf8');
  const bytes = new Uint8Array(HEADER_BYTES + indexBytes.length + payloadBytes);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, SUBTASK_SNAPSHOT_VERSION, true);
  header.setUint32(8, indexBytes.length, true);
  header.setUint32(12, crc32(indexBytes), true);
  bytes.set(indexBytes, HEADER_BYTES);
  let at = HEADER_BYTES + indexBytes.length;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function decodeIndex(bytes: Uint8Array, fileName: string): { index: SectionIndex[]; payload: Uint8Array } {
  if (bytes.length < HEADER_BYTES) failCorrupt(fileName, 'header', `it has ${bytes.length} bytes, fewer than a header`);
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (header.getUint32(0, true) !== MAGIC) failCorrupt(fileName, 'header', 'it does not start as a subtask snapshot');
  const version = header.getUint32(4, true);
  if (version !== SUBTASK_SNAPSHOT_VERSION) {
    throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `snapshot file ${fileName} has format ${version}, this engine reads ${SUBTASK_SNAPSHOT_VERSION}: restore it with the engine that wrote it`);
  }
  const indexEnd = HEADER_BYTES + header.getUint32(8, true);
  if (indexEnd > bytes.length || crc32(bytes, HEADER_BYTES, indexEnd - HEADER_BYTES) !== header.getUint32(12, true)) {
    failCorrupt(fileName, 'index', 'its checksum does not match its bytes');
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + HEADER_BYTES, indexEnd - HEADER_BYTES).toString('utf8');
  return { index: JSON.parse(text) as SectionIndex[], payload: bytes.subarray(indexEnd) };
}

function cutPieces(section: SectionIndex, payload: Uint8Array, fileName: string): Uint8Array[] {
  const total = section.lengths.reduce((sum, length) => sum + length, 0);
  const subject = `section ${section.name} of operator ${section.operatorId}`;
  if (section.offset + total > payload.length) failCorrupt(fileName, subject, `it ends at ${section.offset + total} of ${payload.length} bytes`);
  if (crc32(payload, section.offset, total) !== section.crc32) failCorrupt(fileName, subject, 'its checksum does not match its bytes');
  let at = section.offset;
  return section.lengths.map((length) => payload.subarray(at, (at += length)));
}

function failCorrupt(fileName: string, section: string, why: string): never {
  throw new StateError('SNAPSHOT_CORRUPT', `snapshot file ${fileName} is damaged in its ${section}: ${why}; restore from another snapshot`, { context: { fileName, section } });
}
