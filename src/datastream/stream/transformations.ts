// Adds operators to a program with the parallelism that its environment has at that point.
import type { TypeInformation } from '#core/types/type-information';
import type { StreamExecutionEnvironment } from '#datastream/environment/stream-execution-environment';
import type { Transformation } from '#graph/transformation/transformation';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { Sink } from '#streaming/sink/sink';

export interface OperatorDefinition {
  /** As Flink names it, e.g. `Keyed Reduce`. */
  readonly name: string;
  readonly operator: OperatorFactory;
  readonly outputType?: TypeInformation | undefined;
}

export function addOneInput(environment: StreamExecutionEnvironment, input: Transformation, definition: OperatorDefinition): Transformation {
  const { name, operator, outputType } = definition;
  return withParallelism(environment, environment.transformations.oneInput(name, input, operator, outputType));
}

export function addTwoInput(
  environment: StreamExecutionEnvironment, first: Transformation, second: Transformation, definition: OperatorDefinition,
): Transformation {
  const { name, operator, outputType } = definition;
  return withParallelism(environment, environment.transformations.twoInput(name, first, second, operator, outputType));
}

/** Says how the rows of `input` travel to whoever reads the result; no operator of its own. */
export function partitionedBy(environment: StreamExecutionEnvironment, input: Transformation, partitioner: Partitioner): Transformation {
  const partition = environment.transformations.partition(input, partitioner);
  if (input.outputType !== undefined) partition.outputType = input.outputType;
  return partition;
}

export function addSink(environment: StreamExecutionEnvironment, input: Transformation, sink: Sink, name: string): Transformation {
  return withParallelism(environment, environment.transformations.sink(name, input, sink));
}

export function withParallelism(environment: StreamExecutionEnvironment, transformation: Transformation): Transformation {
  const parallelism = environment.explicitParallelism;
  if (parallelism !== undefined) transformation.parallelism = parallelism;
  return transformation;
}
