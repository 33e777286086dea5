// The one operator between the input streams of a recipe and the stream that it returns. The recipe runs against the
// DataStream API, so the operator is what a job of the same program would run. Pure; nothing is executed.
import type { DataStream } from '#datastream/stream/data-stream';
import { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { TypeInformation } from '#core/types/type-information';
import type { Transformation } from '#graph/transformation/transformation';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import { HarnessError } from '#testing/errors';

export type StreamRecipe = (first: DataStream<any>, second: DataStream<any>) => DataStream<any>; // any: the recipe's own types

export interface OperatorOfStream {
  readonly name: string;
  readonly factory: OperatorFactory;
}

/** @param inputTypes one per input stream, undefined where it is not declared. Throws HARNESS_STREAM_INVALID. */
export function operatorOfStream(recipe: StreamRecipe, inputTypes: readonly (TypeInformation | undefined)[]): OperatorOfStream {
  const environment = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const inputs = inputTypes.map((type) => {
    const stream = environment.fromData<unknown>([]);
    return type === undefined ? stream : stream.returns(type);
  });
  const { transformation } = recipe(inputs[0]!, inputs[1] ?? inputs[0]!);
  const expected = inputs.length === 1 ? 'one-input' : 'two-input';
  if (transformation.kind !== expected) throw invalid(`is of kind ${transformation.kind}, not ${expected}`);
  transformation.inputs.forEach((input, index) => {
    const before = behindPartitions(input);
    if (before !== inputs[index]!.transformation) throw invalid(`has ${before.name} as input ${index + 1} of ${transformation.name}, not the given stream`);
  });
  return { name: transformation.name, factory: transformation.operator };
}

function behindPartitions(transformation: Transformation): Transformation {
  return transformation.kind === 'partition' ? behindPartitions(transformation.inputs[0]) : transformation;
}

function invalid(why: string): HarnessError {
  return new HarnessError('HARNESS_STREAM_INVALID', `the stream for the harness ${why}: return one operator right on the input in order, and test others with a harness each`);
}
