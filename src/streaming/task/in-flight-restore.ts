// What a restored task reads before anything else: the rows that were under way to its vertex, as far as they are its own.
// At another parallelism rows of a keyed edge go by their keys, those of others channel by channel, in turn.
// Thread: the slot's, once before the task opens.
import { FieldTree } from '#core/codegen/field-tree';
import { FrameMemory } from '#core/columns/frame-memory';
import { assert } from '#core/assert';
import type { ChannelProducer } from '#shuffle/channel/channel';
import { Polled } from '#shuffle/channel/channel';
import { decodeInFlight, type InFlightChannel } from '#shuffle/channel/in-flight-channel';
import { InputChannel } from '#shuffle/input-gate/input-channel';
import type { RestoredInput } from '#shuffle/input-gate/input-gate';
import { RestoredConsumer } from '#shuffle/input-gate/restored-consumer';
import { Availability } from '#shuffle/result-partition/availability';
import { RecordWriter } from '#shuffle/result-partition/record-writer';
import { inFlightOperatorId, isWithoutChannelState } from '#streaming/task/in-flight-state';
import type { TaskDescription, TaskInput } from '#streaming/task/task-description';

const FRAME_BYTES = 256 * 1024;

/** In the order in which they are to be read. */
export function readInFlight(description: TaskDescription, recordBytesMax: number): readonly RestoredInput[] {
  const restored = description.restored?.(inFlightOperatorId(description.operators[0]!.operatorId));
  if (restored === undefined || isWithoutChannelState(description, restored.checkpointId)) return [];
  return description.inputs.flatMap((input) => {
    const { edge } = input;
    if (edge === undefined) return [];
    const channels = restored.operator(edge.key).map(({ bytes }) => decodeInFlight(bytes));
    // Sorting is stable: what a consumer has written keeps its order, which is that of reading. What it had been restored with
    // and not read yet comes first, whichever producers it was from: their rows may come from others since.
    channels.sort((a, b) => a.consumer - b.consumer || (a.side === b.side ? 0 : a.side === 'input' ? -1 : 1));
    return channels.flatMap((channel) => shareOf(channel, input, description, recordBytesMax));
  });
}

function shareOf(channel: InFlightChannel, { input, edge }: TaskInput, description: TaskDescription, recordBytesMax: number): readonly RestoredInput[] {
  const { subtaskIndex, parallelism } = description;
  const { type, skipRows, frames } = channel;
  const origin = { edgeKey: edge!.key, producer: channel.producer };
  const whole = [{ input, type, skipRows, frames, origin }];
  if (channel.consumerParallelism === parallelism) return channel.consumer === subtaskIndex ? whole : [];
  switch (edge!.partitioner.kind) {
    case 'global': return subtaskIndex === 0 ? whole : [];
    case 'hash': case 'custom': {
      const own = ownFrames(channel, description, edge!.partitioner, recordBytesMax);
      return own.length === 0 ? [] : [{ input, type: null, skipRows: 0, frames: own, origin }];
    }
    default: return channel.consumer % parallelism === subtaskIndex ? whole : [];
  }
}

/** Frames of the rows whose keys are the subtask's; a schema frame comes first. */
function ownFrames({ type, skipRows, frames }: InFlightChannel, description: TaskDescription, partitioner: NonNullable<TaskInput['edge']>['partitioner'], recordBytesMax: number): readonly Uint8Array[] {
  const { attemptNumber, subtaskIndex, parallelism, maxParallelism, random } = description;
  const source = new InputChannel(new RestoredConsumer(frames, attemptNumber), 0, -1, recordBytesMax, attemptNumber, { type, skipRows });
  const collectors = Array.from({ length: parallelism }, () => new FrameCollector());
  let writer: RecordWriter | undefined;
  while (source.poll() === Polled.FRAME) {
    const { batch } = source;
    writer ??= new RecordWriter({
      producers: collectors, partitioner, subtaskIndex: 0, consumerMaxParallelism: maxParallelism, type: batch.layout.schema.type, reads: FieldTree.all(),
      availability: new Availability(), attempt: attemptNumber, recordBytesMax, random,
    });
    const first = source.takeFirstRow();
    const rows = Int32Array.from({ length: batch.count - first }, (_, index) => first + index);
    const isSent = writer.emitBatch(batch, rows, rows.length);
    assert(isSent, 'a collector always has room');
    source.release();
  }
  writer?.flush();
  writer?.close();
  const own = collectors[subtaskIndex]!.frames;
  // The schema alone is no row.
  return own.length <= 1 ? [] : own;
}

/** The producer's end of a channel that keeps its frames in memory. */
class FrameCollector implements ChannelProducer {
  readonly memory = FrameMemory.allocate(FRAME_BYTES);
  readonly frameBytesMax = FRAME_BYTES;
  readonly frameBytesTarget = FRAME_BYTES;
  readonly bytesInFlight = 0;
  readonly isConsumerIdle = false;
  readonly frames: Uint8Array[] = [];

  get framesPublished(): number {
    return this.frames.length;
  }

  tryReserve(): number {
    return 0;
  }

  publish(byteLength: number): void {
    this.frames.push(this.memory.u8.slice(0, byteLength));
  }

  cancelReservation(): void {
    // The memory is reserved again for the next frame.
  }

  tryControl(): boolean {
    return true;
  }
}
