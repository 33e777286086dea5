// A frame larger than its channel's frameBytesMax travels as FRAGMENT frames and is joined by the consumer. Only a single
// record makes such a frame: batches are cut to fit. Invariant: the pieces of one frame follow each other on the channel.
// Therefore the producer finishes a frame it has begun before it sends a barrier; the consumer always drains, so that waits
// for nothing. Thread: the producer's slot. The other side is fragment-assembler.ts.
import { assert } from '#core/assert';
import { FRAME_HEADER_BYTES, FrameHeader, FrameKind } from '#core/columns/frame';
import type { FrameMemory } from '#core/columns/frame-memory';
import type { ChannelProducer } from '#shuffle/channel/channel';
import { ShuffleError } from '#shuffle/errors';

/** A sealed frame in the producer's own memory, which stays untouched until the last piece is out. */
export interface OversizedFrame {
  readonly memory: FrameMemory;
  /** Byte offset in `memory`, multiple of 8. */
  readonly base: number;
  readonly byteLength: number;
}

/** Throws ShuffleError CHANNEL_RECORD_TOO_LARGE. @param bytes of one encoded record. @param recordBytesMax `millrace.record.size.max`. */
export function assertRecordSize(bytes: number, recordBytesMax: number): void {
  if (bytes <= recordBytesMax) return;
  throw new ShuffleError(
    'CHANNEL_RECORD_TOO_LARGE',
    `a record has ${bytes} bytes on its channel, more than the limit of ${recordBytesMax}: raise millrace.record.size.max or make the record smaller`,
    { context: { bytes, recordBytesMax } },
  );
}

/**
 * Publishes as many pieces as fit now, beginning at byte `cursor` of the frame (0 at first), and returns the new cursor:
 * frame.byteLength when all are out, else call again with it after the doorbell has rung. Throws as assertRecordSize.
 */
export function writeFragments(producer: ChannelProducer, frame: OversizedFrame, cursor: number, recordBytesMax: number): number {
  assertRecordSize(frame.byteLength, recordBytesMax);
  assert(cursor >= 0 && cursor <= frame.byteLength, 'the cursor lies in the frame');
  const pieceBytesMax = producer.frameBytesMax - FRAME_HEADER_BYTES;
  let at = cursor;
  while (at < frame.byteLength) {
    const pieceBytes = Math.min(pieceBytesMax, frame.byteLength - at);
    const target = producer.tryReserve(FRAME_HEADER_BYTES + pieceBytes);
    if (target === -1) return at;
    writePiece(producer, target, frame, at, pieceBytes);
    producer.publish(FRAME_HEADER_BYTES + pieceBytes);
    at += pieceBytes;
  }
  return at;
}

function writePiece(producer: ChannelProducer, target: number, frame: OversizedFrame, at: number, pieceBytes: number): void {
  const { i32, u8 } = producer.memory;
  const source = frame.memory.i32;
  const from = frame.base >>> 2;
  const header = target >>> 2;
  i32.fill(0, header, header + (FRAME_HEADER_BYTES >>> 2));
  i32[header + FrameHeader.KIND] = FrameKind.FRAGMENT;
  i32[header + FrameHeader.SCHEMA_ID] = source[from + FrameHeader.SCHEMA_ID]!;
  i32[header + FrameHeader.BYTE_LENGTH] = FRAME_HEADER_BYTES + pieceBytes;
  i32[header + FrameHeader.SEQUENCE] = producer.framesPublished | 0;
  i32[header + FrameHeader.ATTEMPT] = source[from + FrameHeader.ATTEMPT]!;
  i32[header + FrameHeader.TOTAL_BYTES] = frame.byteLength;
  i32[header + FrameHeader.PIECE_OFFSET] = at;
  u8.set(frame.memory.u8.subarray(frame.base + at, frame.base + at + pieceBytes), target + FRAME_HEADER_BYTES);
}
