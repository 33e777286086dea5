// Lines of a file, plain or gzip, read synchronously in bounded memory: one piece of the file plus the line in hand.
// A line ends at \n or \r\n; the last one may lack it; a byte order mark at the start is dropped.
// Called by file readers in the slot's loop.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { ConnectorError } from '#connectors/errors';
import type { Files, ReadHandle } from '#platform/files/files';

const CHUNK_BYTES = 256 * 1024;
/** A longer line is not a record but a file of another format. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024;
const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;

export interface LinePosition {
  /** Lines passed. */
  readonly line: number;
  /** Byte behind them; 0 for gzip, where only lines count. */
  readonly byteOffset: number;
}

export const FILE_START: LinePosition = { line: 0, byteOffset: 0 };

export class LineReader {
  readonly path: string;
  readonly isGzip: boolean;
  /** Of the unread file; for gzip of the packed bytes. */
  readonly fileBytes: number;
  /** Epoch ms. */
  readonly modifiedMs: number;
  /** Lines passed so far; the number of the line returned last, counted from 1. */
  lineNumber = 0;
  readonly #pieces: Pieces;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Byte of the file at which #buffer starts. */
  #bufferOffset = 0;

  /** Opens the file at its start. Throws PlatformError FILE_NOT_FOUND and its kin. */
  constructor(files: Files, path: string) {
    this.path = path;
    const handle = files.openReadSync(path);
    this.isGzip = isGzip(handle);
    const entry = files.statSync(path);
    this.fileBytes = entry?.bytes ?? 0;
    this.modifiedMs = entry?.modifiedMs ?? 0;
    if (this.isGzip) {
      handle.closeSync();
      this.#pieces = files.openChunks(path, { gunzip: true, chunkBytes: CHUNK_BYTES });
    } else {
      this.#pieces = new PlainPieces(handle);
    }
    this.#dropByteOrderMark();
  }

  /** Goes on behind `position` of a plain file; gzip files have no way there but skip. */
  seek(position: LinePosition): void {
    assert(this.#pieces instanceof PlainPieces, 'only a plain file is sought by bytes');
    this.#pieces.seek(position.byteOffset);
    this.#buffer = Buffer.alloc(0);
    this.#at = 0;
    this.#bufferOffset = position.byteOffset;
    this.lineNumber = position.line;
  }

  /** The next line without its end, undefined behind the last. */
  next(): string | undefined {
    const end = this.#findEnd();
    if (end < 0) return undefined;
    const isEnded = end < this.#buffer.length;
    const textEnd = end > this.#at && this.#buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const line = this.#buffer.toString('utf8', this.#at, textEnd);
    this.#at = isEnded ? end + 1 : end;
    this.lineNumber++;
    return line;
  }

  /** Passes over up to `count` lines; returns how many there were. */
  skip(count: number): number {
    let skipped = 0;
    while (skipped < count) {
      const end = this.#findEnd();
      if (end < 0) break;
      this.#at = Math.min(end + 1, this.#buffer.length);
      skipped++;
    }
    this.lineNumber += skipped;
    return skipped;
  }

  get position(): LinePosition {
    return { line: this.lineNumber, byteOffset: this.isGzip ? 0 : this.#bufferOffset + this.#at };
  }

  /** Idempotent. */
  close(): void {
    this.#pieces.close();
  }

  /** Index of the line's end in #buffer, its length for a last line without one, -1 at the end of the file. */
  #findEnd(): number {
    let end = this.#buffer.indexOf(NEW_LINE, this.#at);
    if (end < 0 && this.#refill()) end = this.#buffer.indexOf(NEW_LINE, this.#at);
    if (end >= 0) return end;
    return this.#at < this.#buffer.length ? this.#buffer.length : -1;
  }

  /** Appends pieces until one holds the end of a line; joins them once, so a long line costs linear time. */
  #refill(): boolean {
    const parts: Uint8Array[] = [this.#buffer.subarray(this.#at)];
    let bytes = parts[0]!.length;
    for (;;) {
      const piece = this.#pieces.next();
      if (piece === undefined) break;
      parts.push(piece);
      bytes += piece.length;
      if (piece.includes(NEW_LINE)) break;
      if (bytes > LINE_BYTES_MAX) this.#failLong(bytes);
    }
    if (parts.length === 1) return false;
    this.#bufferOffset += this.#at;
    this.#buffer = Buffer.concat(parts, bytes);
    this.#at = 0;
    return true;
  }

  #failLong(bytes: number): never {
    throw new ConnectorError('FILE_RECORD_MALFORMED', `${this.path}:${this.lineNumber + 1}: the line has more than ${bytes} bytes; the limit is ${LINE_BYTES_MAX}: check that the file is text`, {
      context: { path: this.path, line: this.lineNumber + 1 },
    });
  }

  #dropByteOrderMark(): void {
    this.#refill();
    if (this.#buffer[0] === 0xef && this.#buffer[1] === 0xbb && this.#buffer[2] === 0xbf) this.#at = 3;
  }
}

interface Pieces {
  next(): Uint8Array | undefined;
  close(): void;
}

/** Pieces of a plain file. */
class PlainPieces implements Pieces {
  readonly #handle: ReadHandle;
  #offset = 0;

  constructor(handle: ReadHandle) {
    this.#handle = handle;
  }

  seek(offset: number): void {
    this.#offset = offset;
  }

  next(): Uint8Array | undefined {
    const piece = new Uint8Array(CHUNK_BYTES);
    const bytes = this.#handle.readRangeSync(this.#offset, piece);
    this.#offset += bytes;
    return bytes === 0 ? undefined : piece.subarray(0, bytes);
  }

  close(): void {
    this.#handle.closeSync();
  }
}

/** By its first two bytes, or by name when there are none to see. */
function isGzip(handle: ReadHandle): boolean {
  const magic = new Uint8Array(2);
  if (handle.readRangeSync(0, magic) < 2) return false;
  return (magic[0] === 0x1f && magic[1] === 0x8b) || handle.path.endsWith('.gz');
}
