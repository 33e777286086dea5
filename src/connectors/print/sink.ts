// Prints each record on a line, as Flink's print sink marks them: `prefix:2> value` (subtask counted from 1, only when
// there are several). Lines are gathered and written by one synchronous call per batch. Thread: the slot's.
import { PrintSinkWriter } from '#connectors/print/writer';
import type { Sink, SinkWriterContext } from '#streaming/sink/sink';

export class PrintSink<T = unknown> implements Sink<T, never, never> {
  readonly name: string;
  readonly #prefix: string;
  readonly #stream: 'stdout' | 'stderr';

  constructor(prefix = '', options: { readonly isToStdErr?: boolean } = {}) {
    this.#prefix = prefix;
    this.#stream = options.isToStdErr === true ? 'stderr' : 'stdout';
    this.name = options.isToStdErr === true ? 'Print to Std. Err' : 'Print to Std. Out';
  }

  createWriter(context: SinkWriterContext): PrintSinkWriter<T> {
    return new PrintSinkWriter(context, this.#prefix, this.#stream);
  }
}
