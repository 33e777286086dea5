// Sends records to the client that collects the job's result, in batches, and holds the stream while the client's
// buffer is full. At least once under failures: rows sent after the last checkpoint come again. Thread: the slot's.
import { CollectSinkWriter } from '#connectors/collect/writer';
import type { Sink, SinkWriterContext } from '#streaming/sink/sink';

export class CollectSink<T = unknown> implements Sink<T, readonly T[], never> {
  readonly name = 'Collect Sink';

  createWriter(context: SinkWriterContext): CollectSinkWriter<T> {
    return new CollectSinkWriter(context);
  }
}
