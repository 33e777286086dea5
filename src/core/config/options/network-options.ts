// Keys of the exchange between subtasks beyond its memory: buffer sizing, shuffle, adaptive partitioning.
// Pure data; any thread.

import { booleanOption, durationOption, intOption } from '#core/config/config-option';

export const networkOptions = {
  isBufferDebloatEnabled: booleanOption('taskmanager.network.memory.buffer-debloat.enabled', 'false',
    'Whether what is in flight in a channel follows the throughput of its consumer, so that barriers come through soon under back pressure.'),
  bufferDebloatPeriod: durationOption('taskmanager.network.memory.buffer-debloat.period', '200 ms', 'How often it is decided anew how much may be in flight.'),
  bufferDebloatSamples: intOption('taskmanager.network.memory.buffer-debloat.samples', '20', 'Recent periods that are averaged.'),
  bufferDebloatTarget: durationOption('taskmanager.network.memory.buffer-debloat.target', '1 s', 'Time that the data in flight should take to be consumed.'),
  bufferDebloatThresholdPercentages: intOption('taskmanager.network.memory.buffer-debloat.threshold-percentages', '25',
    'Smallest change, in percent, that is carried out.'),
  readBufferRequiredPerGateMax: intOption('taskmanager.network.memory.read-buffer.required-per-gate.max', undefined,
    'Most buffers an input gate insists on before its task may start; not limited for pipelined and 1000 for blocking exchanges when not set.'),
  sortShuffleMinBuffers: intOption('taskmanager.network.sort-shuffle.min-buffers', '512', 'Buffers that one sorted blocking result needs at least.'),
  isAdaptivePartitionerEnabled: booleanOption('taskmanager.network.adaptive-partitioner.enabled', 'false',
    'Whether rebalance and rescale send to the channel with the least in flight instead of taking turns.'),
  adaptivePartitionerMaxTraverseSize: intOption('taskmanager.network.adaptive-partitioner.max-traverse-size', '4',
    'Channels that are looked at to find the one with the least in flight.'),
} as const;
