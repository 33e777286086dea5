// Collects the transformations of one program in the order of creation and gives them their ids. One per environment;
// thread: the one that runs the program. The mutable settings (name, uid, parallelism …) are set on what the methods return.
import type { TypeInformation } from '#core/types/type-information';
import type { Partitioner } from '#shuffle/partitioner/partitioner';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import type { Sink } from '#streaming/sink/sink';
import type { Source } from '#streaming/source/source';
import type { WatermarkStrategy } from '#streaming/watermark/watermark-strategy';
import type { Transformation } from '#graph/transformation/transformation';

export type TransformationOf<K extends Transformation['kind']> = Extract<Transformation, { readonly kind: K }>;

export class TransformationList {
  readonly #all: Transformation[] = [];

  /** Everything created so far, by id. */
  get all(): readonly Transformation[] {
    return this.#all;
  }

  /** @param name without the `Source: ` that plans put before it. */
  source(name: string, source: Source<any, any, any>, watermarks?: WatermarkStrategy<any>): TransformationOf<'source'> { // any: user's record and split types
    const outputType = source.producedType as TypeInformation | undefined;
    return this.#add({
      kind: 'source', ...this.#common(name), source: source as Source, inputs: [],
      ...(watermarks === undefined ? {} : { watermarks }), ...(outputType === undefined ? {} : { outputType }),
    });
  }

  oneInput(name: string, input: Transformation, operator: OperatorFactory, outputType?: TypeInformation): TransformationOf<'one-input'> {
    return this.#add({ kind: 'one-input', ...this.#common(name), operator, inputs: [input], ...(outputType === undefined ? {} : { outputType }) });
  }

  twoInput(name: string, first: Transformation, second: Transformation, operator: OperatorFactory, outputType?: TypeInformation): TransformationOf<'two-input'> {
    return this.#add({ kind: 'two-input', ...this.#common(name), operator, inputs: [first, second], ...(outputType === undefined ? {} : { outputType }) });
  }

  /** @param name plans show it as `<name>: Writer`; Flink's name for an unnamed sink is `Sink`. */
  sink(name: string, input: Transformation, sink: Sink<any, any, any>): TransformationOf<'sink'> { // any: user's types
    return this.#add({ kind: 'sink', ...this.#common(name), sink: sink as Sink, inputs: [input] });
  }

  union(inputs: readonly Transformation[]): TransformationOf<'union'> {
    return this.#add({ kind: 'union', ...this.#common('Union'), inputs });
  }

  partition(input: Transformation, partitioner: Partitioner): TransformationOf<'partition'> {
    return this.#add({ kind: 'partition', ...this.#common('Partition'), partitioner, inputs: [input] });
  }

  /** @param outputType type of the tag's rows; undefined = inferred at run time. */
  sideOutput(input: Transformation, tag: string, outputType?: TypeInformation): TransformationOf<'side-output'> {
    return this.#add({ kind: 'side-output', ...this.#common('Side output'), tag, inputs: [input], ...(outputType === undefined ? {} : { outputType }) });
  }

  #common(name: string): { readonly id: number; name: string; chaining: 'always' } {
    return { id: this.#all.length + 1, name, chaining: 'always' };
  }

  #add<T extends Transformation>(transformation: T): T {
    this.#all.push(transformation);
    return transformation;
  }
}
