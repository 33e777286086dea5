// What an unaligned checkpoint keeps of a task's channels, and what a restored task gets of it. Both ends of a channel give
// their frames to the consumer, under an operator id of its own: it alone reads them again, before anything else.
// Invariant: over all new subtasks each row under way arrives exactly once; rows of one key stay in order.
// Thread: the slot's.
import { checkpointingOptions } from '#core/config/options/checkpointing-options';
import { stateRecoveryOptions } from '#core/config/options/state-recovery-options';
import { ControlKind } from '#shuffle/channel/channel';
import { encodeInFlight, type InFlightChannel } from '#shuffle/channel/in-flight-channel';
import type { InFlightRecorder, RecordedInput } from '#shuffle/input-gate/in-flight-recorder';
import type { Barrier } from '#shuffle/input-gate/input-gate';
import type { Partitioner, PartitionerKind } from '#shuffle/partitioner/partitioner';
import type { RecordWriter } from '#shuffle/result-partition/record-writer';
import type { DeferredSnapshot, DeferredStep, SnapshotOutput } from '#state/snapshot/deferred-snapshot';
import type { OperatorSection, OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { TaskDescription, TaskInput } from '#streaming/task/task-description';

const SECTION_VERSION = 1;

/** Edges whose rows may be dealt out anew: of the others (forward, rescale, broadcast, implied ones) barriers stay aligned. */
const REDISTRIBUTABLE: readonly PartitionerKind[] = ['hash', 'rebalance', 'shuffle', 'global'];

/** Whether barriers may overtake the rows of an edge; of a custom partitioner, which may not answer as it did before, only when that is forced. */
function mayOvertakeOn({ kind, isImplied }: Partitioner, { configuration }: TaskDescription): boolean {
  return (isImplied !== true && REDISTRIBUTABLE.includes(kind)) || (kind === 'custom' && configuration.get(checkpointingOptions.isUnalignedForced));
}

/** Under which operator id the channels of a task lie in a snapshot. @param headOperatorId of the consuming task. */
export function inFlightOperatorId(headOperatorId: string): string {
  return `${headOperatorId}/in-flight`;
}

/** Channels of the task whose rows no barrier may overtake, by their index over all inputs. */
export function alignedChannels(description: TaskDescription): readonly number[] {
  const areAligned = description.inputs.flatMap(({ consumers, edge }) => consumers.map(() => edge === undefined || !mayOvertakeOn(edge.partitioner, description)));
  return areAligned.flatMap((isAligned, channel) => (isAligned ? [channel] : []));
}

/** Whether barriers may overtake any rows that come to this task or from this source. */
export function canBeOvertaken(description: TaskDescription): boolean {
  const channels = description.inputs.reduce((sum, { consumers }) => sum + consumers.length, 0);
  return isUnalignedOn(description) && (channels === 0 || alignedChannels(description).length < channels);
}

export function isUnalignedOn({ configuration }: TaskDescription): boolean {
  return configuration.get(checkpointingOptions.isUnalignedEnabled) && configuration.get(checkpointingOptions.mode) === 'EXACTLY_ONCE';
}

/** True for a checkpoint whose in-flight data is not to be restored: it is damaged, or unwanted. */
export function isWithoutChannelState({ configuration }: TaskDescription, checkpointId: number | undefined): boolean {
  return Number(configuration.get(stateRecoveryOptions.withoutChannelStateCheckpointId)) === checkpointId;
}

/** Sends a barrier past what waits before the outputs; the snapshots of what it has passed, by operator id. */
export function overtakeOutputs(description: TaskDescription, writers: readonly RecordWriter[], { checkpointId, timestamp, flags }: Barrier): ReadonlyMap<string, OperatorSnapshot> {
  const sections = new Map<string, OperatorSection[]>();
  writers.forEach((writer, index) => {
    const { edge, partitioner } = description.outputs[index]!;
    if (edge === undefined || !mayOvertakeOn(partitioner, description)) return writer.broadcast(ControlKind.BARRIER, checkpointId, timestamp, flags);
    const items = writer.overtake(ControlKind.BARRIER, checkpointId, timestamp, flags).flatMap(({ type, frames }, consumer) => (frames.length === 0 ? [] : [encodeInFlight({
      producer: description.subtaskIndex, consumer, producerParallelism: description.parallelism, consumerParallelism: writer.channels.length,
      side: 'output', type, skipRows: 0, frames,
    })]));
    if (items.length === 0) return;
    const operatorId = inFlightOperatorId(edge.consumerOperatorId);
    sections.set(operatorId, [...(sections.get(operatorId) ?? []), { name: edge.key, version: SECTION_VERSION, mode: 'union', items }]);
  });
  return new Map([...sections].map(([operatorId, operator]) => [operatorId, { keyed: [], operator }]));
}

/** The input side, deferred until the barrier has come on every channel. */
export class InFlightInputs implements DeferredSnapshot {
  readonly #recorder: InFlightRecorder;
  readonly #description: TaskDescription;
  readonly #channels: readonly { readonly input: TaskInput; readonly producer: number }[];
  #recorded: readonly RecordedInput[] | undefined;

  constructor(description: TaskDescription, recorder: InFlightRecorder) {
    this.#recorder = recorder;
    this.#description = description;
    this.#channels = description.inputs.flatMap((input) => input.consumers.map((_, producer) => ({ input, producer })));
  }

  step(output: SnapshotOutput): DeferredStep {
    if (this.#recorded === undefined) {
      return this.#recorder.recorded.then((recorded) => {
        this.#recorded = recorded;
      });
    }
    const byEdge = new Map<string, Uint8Array[]>();
    for (const recorded of this.#recorded) {
      const { edgeKey, channel } = this.#named(recorded);
      let items = byEdge.get(edgeKey);
      if (items === undefined) byEdge.set(edgeKey, (items = []));
      items.push(encodeInFlight(channel));
    }
    for (const [name, items] of byEdge) {
      const add = output.items({ name, version: SECTION_VERSION, mode: 'union' });
      for (const item of items) add(item);
    }
    return 'done';
  }

  release(): void {
    this.#recorder.cancel();
  }

  #named({ channel, type, skipRows, frames }: RecordedInput): { readonly edgeKey: string; readonly channel: InFlightChannel } {
    const { subtaskIndex: consumer, parallelism: consumerParallelism } = this.#description;
    const { origin } = channel;
    const at = origin === undefined ? this.#channels[channel.index]! : undefined;
    const edge = at?.input.edge ?? this.#description.inputs.find((input) => input.edge?.key === origin!.edgeKey)!.edge!;
    const producerParallelism = edge.producerParallelism;
    const producer = at?.producer ?? origin!.producer % producerParallelism;
    return { edgeKey: edge.key, channel: { producer, consumer, producerParallelism, consumerParallelism, side: 'input', type, skipRows, frames } };
  }
}
