// hot path. The consumer's end of one channel as the gate sees it: knows the channel's schema, joins fragments, and tells
// what comes next. Thread: the consumer's slot.
import { assert } from '#core/assert';
import { Batch, FRAME_HEADER_BYTES, FrameHeader, FrameKind, layoutOf, openFrame } from '#core/columns/frame';
import { type Schema, schemaOf } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';
import { type ChannelConsumer, Polled } from '#shuffle/channel/channel';
import { FragmentAssembler } from '#shuffle/channel/fragment-assembler';

export class InputChannel {
  /** 0 or 1: the input of the head operator. */
  readonly input: number;
  /** Position in the gate, over all edges. */
  readonly index: number;
  readonly consumer: ChannelConsumer;
  readonly #assembler: FragmentAssembler;
  #schema: Schema | undefined;
  #batch: Batch | undefined;
  #isAssembled = false;
  isEnded = false;
  /** A barrier has arrived and alignment is not complete: nothing is taken until then. */
  isBlocked = false;
  recordsIn = 0;
  bytesIn = 0;

  constructor(consumer: ChannelConsumer, input: number, index: number, recordBytesMax: number) {
    this.consumer = consumer;
    this.input = input;
    this.index = index;
    this.#assembler = new FragmentAssembler(recordBytesMax);
  }

  /** The batch of the last Polled.FRAME: valid until release. */
  get batch(): Batch {
    return this.#batch!;
  }

  /** Polled.FRAME when `batch` is ready, Polled.CONTROL when the consumer's control fields are, else Polled.NOTHING. */
  poll(): number {
    for (;;) {
      const polled = this.consumer.poll();
      if (polled !== Polled.FRAME) return polled;
      if (this.#open()) return Polled.FRAME;
    }
  }

  /** The batch is consumed; nothing may point into it any more. */
  release(): void {
    if (this.#isAssembled) {
      this.#assembler.clear();
      this.#isAssembled = false;
    } else {
      this.consumer.releaseFrame();
    }
  }

  /** False when the frame was not rows (a schema, a piece of a record): it is released and the next one is due. */
  #open(): boolean {
    const { memory, frameOffset, frameBytes } = this.consumer;
    const header = frameOffset >>> 2;
    const kind = memory.i32[header + FrameHeader.KIND]!;
    this.bytesIn += frameBytes;
    if (kind === FrameKind.BATCH) {
      this.#bind(memory, frameOffset);
      return true;
    }
    if (kind === FrameKind.SCHEMA) {
      const textBytes = memory.i32[header + FrameHeader.HEAP_LENGTH]!;
      const start = frameOffset + FRAME_HEADER_BYTES;
      this.#useSchema(JSON.parse(memory.bytes.utf8Slice(start, start + textBytes)) as TypeInformation);
      this.consumer.releaseFrame();
      return false;
    }
    assert(kind === FrameKind.FRAGMENT, `frame kind ${kind} is known`);
    const isComplete = this.#assembler.accept(memory, frameOffset);
    this.consumer.releaseFrame();
    if (!isComplete) return false;
    this.#isAssembled = true;
    const { frame } = this.#assembler;
    this.#bind(frame.memory, frame.base);
    return true;
  }

  #bind(memory: Batch['memory'], base: number): void {
    assert(this.#schema !== undefined, 'a schema frame comes before the first batch');
    openFrame(this.#batch!, memory, base, this.#schema);
    this.recordsIn += this.#batch!.count;
  }

  #useSchema(type: TypeInformation): void {
    this.#schema = schemaOf(type);
    this.#batch = new Batch(this.consumer.memory, layoutOf(this.#schema, 1));
  }
}
