// The program as nodes and edges: one node per physical operator, unions, partitions and side outputs folded into edges.
// Holds the program's functions (through `transformation`), so it lives in every process that runs the program and is
// never sent; the job graph made from it is what travels. Invariant: equal programs give equal ids and orders.
import type { TypeInformation } from '#core/types/type-information';
import type { ChainingStrategy, Transformation } from '#graph/transformation/transformation';
import type { Partitioner } from '#shuffle/partitioner/partitioner';

export type PhysicalKind = 'source' | 'one-input' | 'two-input' | 'sink';
export type PhysicalTransformation = Extract<Transformation, { readonly kind: PhysicalKind }>;

export interface StreamNode {
  /** The transformation's id. */
  readonly id: number;
  /** 32 hex digits: stable across runs, key of the operator's state. */
  readonly operatorId: string;
  /** As plans show it: `Source: X`, `X`, `X: Writer`. */
  readonly name: string;
  readonly description: string;
  readonly uid: string | undefined;
  readonly kind: PhysicalKind;
  readonly parallelism: number;
  /** -1 = derived from the parallelism when the job is deployed. */
  readonly maxParallelism: number;
  readonly slotSharingGroup: string;
  readonly chaining: ChainingStrategy;
  /** -1 = flush only full frames; undefined = the job's setting. */
  readonly bufferTimeoutMs: number | undefined;
  /** Type of what it produces; undefined = inferred at run time. */
  readonly outputType: TypeInformation | undefined;
  /** What it runs: `source`, `operator` or `sink`. */
  readonly transformation: PhysicalTransformation;
  /** By input number, within one input in the order of the union. */
  readonly inputs: readonly StreamEdge[];
  /** By creation. */
  readonly outputs: readonly StreamEdge[];
}

export interface StreamEdge {
  /** Unique in the graph, from 0, in the order in which edges were made. */
  readonly id: number;
  /** Node ids. */
  readonly source: number;
  readonly target: number;
  /** Input of the target: 0, or 1 for the second one of a two-input operator. */
  readonly typeNumber: 0 | 1;
  readonly partitioner: Partitioner;
  /** Side output; undefined = the main output. */
  readonly tag: string | undefined;
  readonly exchangeMode: 'pipelined';
  /** Type of the rows on this edge; undefined = inferred at run time. */
  readonly type: TypeInformation | undefined;
  /** Of the source node. */
  readonly bufferTimeoutMs: number | undefined;
}

export interface StreamGraphOptions {
  readonly defaultParallelism: number;
  /** pipeline.max-parallelism; undefined = derived per operator. */
  readonly defaultMaxParallelism?: number;
  /** pipeline.operator-chaining.enabled. */
  readonly chainingEnabled: boolean;
  readonly jobName: string;
  /** The job's configuration as text values, carried into the job graph. */
  readonly config: Readonly<Record<string, string>>;
}

export interface StreamGraph {
  /** By id, so inputs come before their consumers. */
  readonly nodes: readonly StreamNode[];
  readonly edges: readonly StreamEdge[];
  readonly options: StreamGraphOptions;
  node(id: number): StreamNode;
}
