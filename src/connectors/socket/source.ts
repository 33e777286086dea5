// Records that a TCP server sends, each ended by a byte. What was read is not sent again after a failure: for trying things out.
// Enumerator: JobMaster's thread; reader: slot.
import { SocketSourceReader } from '#connectors/socket/reader';
import { StaticSplitEnumerator, type RemainingSplits } from '#connectors/splits/static-split-enumerator';
import type { Source, SourceReaderContext, SplitEnumerator, SplitEnumeratorContext } from '#streaming/source/source';

export interface SocketSplit {
  readonly id: string;
  readonly index: number;
}

export interface SocketAddress<T> {
  readonly host: string;
  readonly port: number;
  /** 0 to 255, behind each record. */
  readonly delimiter: number;
  readonly decode: (text: string) => readonly T[];
}

export class SocketSource<T> implements Source<T, SocketSplit, RemainingSplits<SocketSplit>> {
  readonly name = 'Socket Source';
  readonly boundedness = 'continuous-unbounded';
  readonly producedType = undefined;
  readonly #address: SocketAddress<T>;

  constructor(address: SocketAddress<T>) {
    this.#address = address;
  }

  createEnumerator(context: SplitEnumeratorContext<SocketSplit>, checkpoint: RemainingSplits<SocketSplit> | undefined): SplitEnumerator<SocketSplit, RemainingSplits<SocketSplit>> {
    return new StaticSplitEnumerator(context, checkpoint, () => [{ id: 'socket-0', index: 0 }]);
  }

  createReader(context: SourceReaderContext): SocketSourceReader<T> {
    return new SocketSourceReader(context, this.#address);
  }
}
