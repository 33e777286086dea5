// One subtask's snapshot as the bytes of one file, and back. Reading takes the index first, then only the runs that hold
// the wanted key groups; every byte that is used has passed a checksum. Thread: any.
// Format 1 had its index in front; its files stay readable.
import { Buffer } from 'node:buffer';
import { StateError } from '#state/errors';
import type { KeyGroupRange } from '#state/keyed/keyed-state';
import { crc32 } from '#state/snapshot/crc32';
import { ALL_KEY_GROUPS } from '#state/snapshot/deferred-snapshot';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { SectionAssembly } from '#state/snapshot/section-assembly';
import { decompressRun } from '#state/snapshot/run-compression';
import { COMPRESSED_SNAPSHOT_VERSION, SNAPSHOT_END_MAGIC, SNAPSHOT_HEADER_BYTES, SNAPSHOT_MAGIC, SNAPSHOT_TRAILER_BYTES, SnapshotEncoder, SUBTASK_SNAPSHOT_VERSION, type SectionIndex } from '#state/snapshot/snapshot-encoder';

export { SUBTASK_SNAPSHOT_VERSION, type SectionIndex };

const FIRST_VERSION = 1;
const FIRST_HEADER_BYTES = 16;
/** Runs that lie together are read together up to this size. */
const READ_BYTES_MAX = 64 * 2 ** 20;

export interface EncodedSnapshot {
  readonly bytes: Uint8Array;
  readonly index: readonly SectionIndex[];
}

/** Snapshots of a subtask's operators by operator id. */
export type SubtaskSections = ReadonlyMap<string, OperatorSnapshot>;

/** A file as it is read: ranges of it, in any order. */
export interface SnapshotSource {
  /** For messages. */
  readonly name: string;
  readonly bytes: number;
  /** Exactly that many bytes; fewer only when the file was cut meanwhile. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Of snapshots without deferred parts and file sets. Cost: one copy and one checksum of all bytes. The bytes belong to the caller. */
export function encodeSubtaskSnapshot(operators: SubtaskSections, options: { readonly isCompressed?: boolean } = {}): EncodedSnapshot {
  const parts: Uint8Array[] = [];
  const encoder = new SnapshotEncoder((bytes) => parts.push(new Uint8Array(bytes)), options);
  for (const [operatorId, { keyed, operator }] of operators) {
    for (const { name, version, serializers, groups } of keyed) {
      const run = encoder.section({ operatorId, name, version, mode: 'keyed', serializers });
      for (const { keyGroup, bytes } of groups) run.add(keyGroup, bytes);
    }
    for (const { name, version, mode, items, serializers } of operator) {
      const run = encoder.section({ operatorId, name, version, mode, ...(serializers === undefined ? {} : { serializers }) });
      for (const item of items) run.add(-1, item);
    }
  }
  encoder.finish();
  return { bytes: plainView(Buffer.concat(parts)), index: encoder.index };
}

/**
 * The inverse of encodeSubtaskSnapshot; sections point into `bytes`. Throws SNAPSHOT_CORRUPT (StateError) naming the
 * file and the section whose checksum fails, SNAPSHOT_VERSION_UNSUPPORTED for a format of another version.
 */
export function decodeSubtaskSnapshot(bytes: Uint8Array, fileName: string): Map<string, OperatorSnapshot> {
  const { index, payloadStart, payloadEnd } = decodeWhole(bytes, fileName);
  const assembly = new SectionAssembly();
  for (const section of index) assembly.add(section, cutPieces(section, plainView(bytes).subarray(payloadStart + section.offset, payloadEnd), fileName));
  return assembly.operators();
}

/** As decodeSubtaskSnapshot, reading only what `range` may need. Every key group outside of it is left out. */
export async function readSubtaskSnapshot(source: SnapshotSource, range: KeyGroupRange): Promise<Map<string, OperatorSnapshot>> {
  const header = source.bytes < SNAPSHOT_HEADER_BYTES ? failCorrupt(source.name, 'header', `it has ${source.bytes} bytes, fewer than a header`) : await source.read(0, SNAPSHOT_HEADER_BYTES);
  if (versionOf(header, source.name) === FIRST_VERSION) return decodeSubtaskSnapshot(await source.read(0, source.bytes), source.name);
  const index = await readIndex(source);
  const wanted = wantedRuns(index, range);
  const assembly = new SectionAssembly();
  for (const runs of neighbours(wanted)) {
    const first = runs[0]!;
    const end = runs.reduce((max, run) => Math.max(max, run.offset + bytesOf(run)), first.offset);
    const bytes = end === first.offset ? new Uint8Array(0) : await source.read(SNAPSHOT_HEADER_BYTES + first.offset, end - first.offset);
    for (const run of runs) assembly.add(run, cutPieces(run, plainView(bytes).subarray(run.offset - first.offset), source.name));
  }
  return assembly.operators();
}

/** The index of a file in the present format, without reading its payload. */
export async function readIndex(source: SnapshotSource): Promise<readonly SectionIndex[]> {
  if (source.bytes < SNAPSHOT_HEADER_BYTES + SNAPSHOT_TRAILER_BYTES) failCorrupt(source.name, 'trailer', `it has ${source.bytes} bytes, fewer than a header and a trailer`);
  const trailer = await source.read(source.bytes - SNAPSHOT_TRAILER_BYTES, SNAPSHOT_TRAILER_BYTES);
  const indexBytes = indexBytesIn(trailer, source.bytes, source.name);
  return parseIndex(await source.read(source.bytes - SNAPSHOT_TRAILER_BYTES - indexBytes, indexBytes), viewOf(trailer).getUint32(4, true), source.name);
}

/** Runs with pieces in the range, and what these refer to. */
function wantedRuns(index: readonly SectionIndex[], range: KeyGroupRange): readonly SectionIndex[] {
  const nameOf = ({ operatorId, name }: SectionIndex): string => `${operatorId} ${name}`;
  const isInRange = (keyGroup: number): boolean => keyGroup >= range.start && keyGroup <= range.end;
  const referring = new Set(index.filter(({ keyGroups }) => keyGroups?.some(isInRange)).map(nameOf));
  return index.filter((run) => {
    const { keyGroups } = run;
    return keyGroups === undefined || keyGroups.length === 0 || keyGroups.some(isInRange) || (keyGroups.includes(ALL_KEY_GROUPS) && referring.has(nameOf(run)));
  });
}

/** Groups of runs that are read at once: in order, without gaps worth a read of their own. */
function neighbours(runs: readonly SectionIndex[]): SectionIndex[][] {
  const groups: SectionIndex[][] = [];
  let start = 0;
  let end = -1;
  for (const run of runs.toSorted((a, b) => a.offset - b.offset)) {
    if (run.offset !== end || run.offset + bytesOf(run) - start > READ_BYTES_MAX) {
      groups.push([]);
      start = run.offset;
    }
    groups.at(-1)!.push(run);
    end = run.offset + bytesOf(run);
  }
  return groups;
}

function decodeWhole(bytes: Uint8Array, fileName: string): { index: readonly SectionIndex[]; payloadStart: number; payloadEnd: number } {
  if (bytes.length < SNAPSHOT_HEADER_BYTES) failCorrupt(fileName, 'header', `it has ${bytes.length} bytes, fewer than a header`);
  if (versionOf(bytes, fileName) === FIRST_VERSION) return decodeFirst(bytes, fileName);
  if (bytes.length < SNAPSHOT_HEADER_BYTES + SNAPSHOT_TRAILER_BYTES) failCorrupt(fileName, 'trailer', `it has ${bytes.length} bytes, fewer than a header and a trailer`);
  const trailer = bytes.subarray(bytes.length - SNAPSHOT_TRAILER_BYTES);
  const payloadEnd = bytes.length - SNAPSHOT_TRAILER_BYTES - indexBytesIn(trailer, bytes.length, fileName);
  const index = parseIndex(bytes.subarray(payloadEnd, bytes.length - SNAPSHOT_TRAILER_BYTES), viewOf(trailer).getUint32(4, true), fileName);
  return { index, payloadStart: SNAPSHOT_HEADER_BYTES, payloadEnd };
}

/** | magic | version | index bytes | CRC-32 of the index | index | payload | */
function decodeFirst(bytes: Uint8Array, fileName: string): { index: readonly SectionIndex[]; payloadStart: number; payloadEnd: number } {
  if (bytes.length < FIRST_HEADER_BYTES) failCorrupt(fileName, 'header', `it has ${bytes.length} bytes, fewer than a header`);
  const payloadStart = FIRST_HEADER_BYTES + viewOf(bytes).getUint32(8, true);
  if (payloadStart > bytes.length) failCorrupt(fileName, 'index', 'its checksum does not match its bytes');
  return { index: parseIndex(bytes.subarray(FIRST_HEADER_BYTES, payloadStart), viewOf(bytes).getUint32(12, true), fileName), payloadStart, payloadEnd: bytes.length };
}

function versionOf(header: Uint8Array, fileName: string): number {
  const view = viewOf(header);
  if (view.getUint32(0, true) !== SNAPSHOT_MAGIC) failCorrupt(fileName, 'header', 'it does not start as a subtask snapshot');
  const version = view.getUint32(4, true);
  if (version >= FIRST_VERSION && version <= COMPRESSED_SNAPSHOT_VERSION) return version;
  throw new StateError('SNAPSHOT_VERSION_UNSUPPORTED', `snapshot file ${fileName} has format ${version}, this engine reads ${FIRST_VERSION} to ${COMPRESSED_SNAPSHOT_VERSION}: restore it with the engine that wrote it`);
}

function indexBytesIn(trailer: Uint8Array, fileBytes: number, fileName: string): number {
  const view = viewOf(trailer);
  const indexBytes = trailer.length < SNAPSHOT_TRAILER_BYTES ? -1 : view.getUint32(0, true);
  if (indexBytes < 0 || view.getUint32(8, true) !== SNAPSHOT_END_MAGIC) failCorrupt(fileName, 'trailer', 'it does not end as a subtask snapshot');
  if (indexBytes > fileBytes - SNAPSHOT_HEADER_BYTES - SNAPSHOT_TRAILER_BYTES) failCorrupt(fileName, 'trailer', `its index of ${indexBytes} bytes does not fit into ${fileBytes}`);
  return indexBytes;
}

function parseIndex(bytes: Uint8Array, checksum: number, fileName: string): readonly SectionIndex[] {
  if (crc32(bytes) !== checksum) failCorrupt(fileName, 'index', 'its checksum does not match its bytes');
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as SectionIndex[];
}

/** @param payload starts with the section's first piece. */
function cutPieces(section: SectionIndex, payload: Uint8Array, fileName: string): Uint8Array[] {
  const total = bytesOf(section);
  const subject = `section ${section.name} of operator ${section.operatorId}`;
  if (total > payload.length) failCorrupt(fileName, subject, `${payload.length} of its ${total} bytes are there`);
  if (crc32(payload, 0, total) !== section.crc32) failCorrupt(fileName, subject, 'its checksum does not match its bytes');
  const run = section.compressedBytes === undefined ? payload : decompressRun(payload.subarray(0, total), pieceBytesOf(section)) ?? failCorrupt(fileName, subject, 'its bytes cannot be decompressed to their length');
  const plain = plainView(run);
  let at = 0;
  return section.lengths.map((length) => plain.subarray(at, (at += length)));
}

/** In the file. */
function bytesOf(section: SectionIndex): number {
  return section.compressedBytes ?? pieceBytesOf(section);
}

function pieceBytesOf({ lengths }: SectionIndex): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** Pieces are given to readers, for whom a Buffer's `slice` would mean something else. */
function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function failCorrupt(fileName: string, section: string, why: string): never {
  throw new StateError('SNAPSHOT_CORRUPT', `snapshot file ${fileName} is damaged in its ${section}: ${why}; restore from another snapshot`, { context: { fileName, section } });
}
