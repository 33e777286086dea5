// Cuts what a TCP server sends into records. Ends when the server closes the connection; a last record needs no delimiter. Thread: the slot's.
import { ConnectorError } from '#connectors/errors';
import type { SocketAddress, SocketSplit } from '#connectors/socket/source';
import { SplitReader } from '#connectors/splits/split-reader';
import { TcpClient } from '#platform/network/tcp-client';
import { ReadStatus, type ReaderOutput, type RowSourceReader, type SourceReaderContext } from '#streaming/source/source';

/** How often the event loop gets a turn to bring what came. */
const POLL_MS = 10;
/** A longer record is a sign of a wrong delimiter. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;

export class SocketSourceReader<T> extends SplitReader<SocketSplit> implements RowSourceReader<T, SocketSplit> {
  readonly kind = 'rows';
  readonly #context: SourceReaderContext;
  readonly #address: SocketAddress<T>;
  #split: SocketSplit | undefined;
  #client: TcpClient | undefined;
  /** Records that are not handed out yet. */
  #pending: T[] = [];
  /** Of a record whose end has not come. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #isEnded = false;

  constructor(context: SourceReaderContext, address: SocketAddress<T>) {
    super();
    this.#context = context;
    this.#address = address;
  }

  addSplits([split]: readonly SocketSplit[]): void {
    this.#split = split;
  }

  get nextPollMs(): number {
    return this.#split === undefined ? Number.POSITIVE_INFINITY : this.#context.clock.now() + POLL_MS;
  }

  poll(output: ReaderOutput<T>): ReadStatus {
    const split = this.#split;
    if (split === undefined) return this.isLastSplitKnown ? ReadStatus.END : ReadStatus.NOTHING;
    const { host, port } = this.#address;
    this.#client ??= new TcpClient(host, port, () => this.#context.wake());
    if (this.#pending.length === 0) this.#read(this.#client);
    const records = this.#pending.splice(0, output.room);
    for (const record of records) output.collect(record, Number.NaN, split.id);
    if (this.#pending.length > 0 || records.length > 0) return ReadStatus.MORE;
    return this.#isEnded ? ReadStatus.END : ReadStatus.NOTHING;
  }

  snapshot(): readonly SocketSplit[] {
    return this.#split === undefined ? [] : [this.#split];
  }

  close(): void {
    this.#client?.close();
  }

  #read(client: TcpClient): void {
    for (const piece of this.#take(client)) this.#cut(piece);
    if (!client.isAtEnd || this.#isEnded) return;
    this.#isEnded = true;
    if (this.#restBytes > 0) this.#end();
  }

  #take(client: TcpClient): readonly Uint8Array[] {
    const { host, port } = this.#address;
    try {
      return client.take();
    } catch (cause) {
      throw new ConnectorError('SOCKET_FAILED', `${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}: check that a server listens there, such as nc -lk ${port}`, { cause, context: { host, port } });
    }
  }

  #cut(piece: Uint8Array): void {
    let start = 0;
    for (let end = piece.indexOf(this.#address.delimiter); end >= 0; end = piece.indexOf(this.#address.delimiter, start)) {
      this.#rest.push(piece.subarray(start, end));
      this.#end();
      start = end + 1;
    }
    if (start === piece.length) return;
    this.#rest.push(piece.subarray(start));
    this.#restBytes += piece.length - start;
    if (this.#restBytes <= RECORD_BYTES_MAX) return;
    throw new ConnectorError('SOCKET_FAILED', `${this.#address.host}:${this.#address.port}: a record has more than ${RECORD_BYTES_MAX} bytes: check the delimiter ${this.#address.delimiter}`);
  }

  #end(): void {
    const text = Buffer.concat(this.#rest).toString('utf8');
    this.#rest = [];
    this.#restBytes = 0;
    this.#pending.push(...this.#address.decode(text));
  }
}
