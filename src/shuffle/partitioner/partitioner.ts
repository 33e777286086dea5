// Which channel a row takes, as data; the choice itself is generated into the record writer of the edge.
import type { KeySpecification } from '#core/keys/key-specification';

export type PartitionerKind = 'forward' | 'rebalance' | 'rescale' | 'shuffle' | 'broadcast' | 'global' | 'hash' | 'custom';

export interface Partitioner {
  readonly kind: PartitionerKind;
  /** The program has not asked for it: at another parallelism the edge may be of another kind, or none. */
  readonly isImplied?: true;
  /** hash: the key; custom: the key handed to `partition`; forward: the key by which the rows are divided among the subtasks already, where that is known. */
  readonly key?: KeySpecification;
  /**
   * hash: columns of the edge's schema that make up the key, where they are known (SQL): rows that come in batches are then
   * routed without being read. Must give the same hash as `key`: one column as the value, several as a row or tuple.
   */
  readonly keyColumns?: readonly number[];
  /** custom: target channel in [0, count). */
  readonly partition?: (key: any, count: number) => number; // any: user's key type
}
