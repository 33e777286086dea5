// Which channel a row takes, as data; the choice itself is generated into the record writer of the edge.
import type { KeySpecification } from '#core/keys/key-specification';

export type PartitionerKind = 'forward' | 'rebalance' | 'rescale' | 'shuffle' | 'broadcast' | 'global' | 'hash' | 'custom';

export interface Partitioner {
  readonly kind: PartitionerKind;
  /** hash: the key; custom: the key handed to `partition`. */
  readonly key?: KeySpecification;
  /** custom: target channel in [0, count). */
  readonly partition?: (key: any, count: number) => number; // any: user's key type
}
