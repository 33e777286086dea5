// A connection to a TCP server that is read at the caller's pace. Any thread.
import { connect, type Socket } from 'node:net';

/** What may wait unread before the server is slowed down. */
const UNREAD_BYTES_MAX = 1024 * 1024;

export class TcpClient {
  readonly #socket: Socket;
  #pieces: Uint8Array[] = [];
  #unreadBytes = 0;
  #failure: Error | undefined;
  #isEnded = false;

  /** @param wake called when there is something to take. */
  constructor(host: string, port: number, wake: () => void) {
    this.#socket = connect({ host, port });
    this.#socket.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#unreadBytes += piece.length;
      if (this.#unreadBytes > UNREAD_BYTES_MAX) this.#socket.pause();
      wake();
    });
    this.#socket.on('error', (failure) => {
      this.#failure = failure;
      wake();
    });
    this.#socket.on('end', () => {
      this.#isEnded = true;
      wake();
    });
  }

  /** What came since the last call; empty while nothing did. Throws the host's own error once everything before it is taken. */
  take(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    if (pieces.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      return pieces;
    }
    this.#pieces = [];
    this.#unreadBytes = 0;
    if (this.#socket.isPaused()) this.#socket.resume();
    return pieces;
  }

  /** The server will send no more, and everything is taken. */
  get isAtEnd(): boolean {
    return this.#isEnded && this.#pieces.length === 0;
  }

  /** Idempotent. */
  close(): void {
    this.#socket.destroy();
  }
}
