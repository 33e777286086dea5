// Programs built from transformations directly, for tests of the graph; nothing here is ever run.
import { buildJobGraph } from '#graph/job-graph/build-job-graph';
import type { JobGraph } from '#graph/job-graph/job-graph';
import { buildStreamGraph } from '#graph/stream-graph/build-stream-graph';
import type { StreamGraph, StreamGraphOptions } from '#graph/stream-graph/stream-graph';
import { TransformationList } from '#graph/transformation/transformation-list';
import type { Transformation } from '#graph/transformation/transformation';
import { Types } from '#core/types/type-information';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { Sink } from '#streaming/sink/sink';
import type { Boundedness, Source } from '#streaming/source/source';

function neverRun(): never {
  throw new Error('graph tests run nothing');
}

export const row: OperatorFactory = { kind: 'row', row: { kind: 'map', apply: (value: unknown) => value } };
export const key = { selector: (value: unknown) => value, type: Types.LONG };
export const keyed: OperatorFactory = { kind: 'stream', create: neverRun, keys: [key] };
export const keyedTwice: OperatorFactory = { kind: 'stream', create: neverRun, keys: [key, key] };

export function sequence(boundedness: Boundedness = 'bounded'): Source<number> {
  return { name: 'Sequence Source', boundedness, producedType: Types.LONG, createEnumerator: neverRun, createReader: neverRun };
}

export const discarding: Sink = { name: 'Discarding', createWriter: neverRun };

/** A list with short names for what most programs consist of. */
export class Program extends TransformationList {
  from(boundedness?: Boundedness): Transformation {
    return this.source('Sequence Source', sequence(boundedness));
  }

  map(input: Transformation, name = 'Map'): Transformation {
    return this.oneInput(name, input, row, Types.LONG);
  }

  keyBy(input: Transformation): Transformation {
    return this.partition(input, { kind: 'hash', key });
  }

  reduce(input: Transformation): Transformation {
    return this.oneInput('Keyed Reduce', input, keyed, Types.LONG);
  }

  end(input: Transformation): Transformation {
    return this.sink('Sink', input, discarding);
  }

  streamGraph(options: Partial<StreamGraphOptions> = {}): StreamGraph {
    return buildStreamGraph(this.all, { defaultParallelism: 2, chainingEnabled: true, jobName: 'test', config: {}, ...options });
  }

  jobGraph(options: Partial<StreamGraphOptions> = {}): JobGraph {
    return buildJobGraph(this.streamGraph(options));
  }
}
