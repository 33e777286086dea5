// The state file of one subtask as it is read, wherever it lies: a file of its own, part of a merged one, or inside the
// metadata. Thread: any.
import { Buffer } from 'node:buffer';
import { resolveStoragePath, type CheckpointStorage, type StorageReader } from '#state/checkpoint-storage/checkpoint-storage';
import type { MergedPart } from '#state/checkpoint-storage/merged-files';

/** State files that are no files of their own, by name. */
export interface StateFilePlaces {
  /** So small that the metadata holds them: bytes in base64. */
  readonly inlined: Readonly<Record<string, string>>;
  /** Absent where none is. */
  readonly merged?: Readonly<Record<string, MergedPart>>;
}

export interface StateFile extends StorageReader {
  /** For messages. */
  readonly name: string;
}

/** @param directory of the checkpoint. Offsets of the reader count from the start of the state file. */
export async function openStateFile(storage: CheckpointStorage, directory: string, { inlined, merged }: StateFilePlaces, file: string): Promise<StateFile> {
  const inside = inlined[file];
  if (inside !== undefined) {
    const bytes = Buffer.from(inside, 'base64');
    return { name: `${file} in ${resolveStoragePath(directory, '_metadata')}`, bytes: bytes.length, read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)), close: () => Promise.resolve() };
  }
  const part = merged?.[file];
  const path = resolveStoragePath(directory, part?.file ?? file);
  const reader = await storage.open(path);
  const close = (): Promise<void> => reader.close();
  if (part === undefined) return { name: path, bytes: reader.bytes, read: (offset, length) => reader.read(offset, length), close };
  const read = (offset: number, length: number): Promise<Uint8Array> => reader.read(part.offset + offset, Math.max(0, Math.min(length, part.bytes - offset)));
  return { name: `${file} in ${path}`, bytes: part.bytes, read, close };
}
