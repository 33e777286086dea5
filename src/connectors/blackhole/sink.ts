// Reads every field of every record and forgets it: for benchmarks, so that no work before it can be left out.
// Thread: the slot's.
import { BlackholeSinkWriter } from '#connectors/blackhole/writer';
import type { Sink, SinkWriterContext } from '#streaming/sink/sink';

export class BlackholeSink<T = unknown> implements Sink<T, never, never> {
  readonly name = 'Blackhole Sink';
  readonly takesTextSlices = true;

  createWriter(context: SinkWriterContext): BlackholeSinkWriter<T> {
    return new BlackholeSinkWriter(context);
  }
}
