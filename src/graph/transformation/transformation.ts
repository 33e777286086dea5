// A program's dataflow before it is translated: what each API call adds. Lives only in the process that runs the
// program (it holds functions); the stream graph made from it is data plus references by operator id.
import type { TypeInformation } from '#core/types/type-information';
import type { Partitioner, PartitionerKind } from '#shuffle/partitioner/partitioner';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { Sink } from '#streaming/sink/sink';
import type { Source } from '#streaming/source/source';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';

/** always: with predecessor and successor; head: starts a chain; never: neither. */
export type ChainingStrategy = 'always' | 'head' | 'never';

export type { Partitioner, PartitionerKind };

interface TransformationBase {
  /** Order of creation within the environment, from 1: stable for a deterministic program. */
  readonly id: number;
  name: string;
  description?: string;
  uid?: string;
  uidHash?: string;
  /** Undefined = the environment's default. */
  parallelism?: number;
  maxParallelism?: number;
  slotSharingGroup?: string;
  chaining: ChainingStrategy;
  /** -1 = flush only full frames. Undefined = the environment's. */
  bufferTimeoutMs?: number;
  /** Declared or known type of what it produces; undefined = inferred at run time. */
  outputType?: TypeInformation;
}

/** Physical nodes have an operator; union, partition and side-output nodes are only edges' properties in the stream graph. */
export type Transformation = TransformationBase & (
  | { readonly kind: 'source'; readonly source: Source; readonly watermarks?: WatermarkStrategy<any>; readonly inputs: readonly [] } // any: user's record type
  | { readonly kind: 'one-input'; readonly operator: OperatorFactory; readonly inputs: readonly [Transformation] }
  | { readonly kind: 'two-input'; readonly operator: OperatorFactory; readonly inputs: readonly [Transformation, Transformation] }
  | { readonly kind: 'sink'; readonly sink: Sink; readonly inputs: readonly [Transformation] }
  | { readonly kind: 'union'; readonly inputs: readonly Transformation[] }
  | { readonly kind: 'partition'; readonly partitioner: Partitioner; readonly inputs: readonly [Transformation] }
  | { readonly kind: 'side-output'; readonly tag: string; readonly inputs: readonly [Transformation] }
);
