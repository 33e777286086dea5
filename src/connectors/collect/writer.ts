// Buffers at most BATCH_ROWS records (a chain may add the few it has under way) and sends them as one batch. Not ready
// while the full batch, or anything after flush, waits for room at the client. What waits at a barrier is in the snapshot.
// The rows of a slow stream are sent after a short time.
import type { Cancellable } from '#platform/clock/clock';
import type { SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

const BATCH_ROWS = 1000;
const DELAY_MS_MAX = 50;

export class CollectSinkWriter<T> implements SinkWriter<T, readonly T[], never> {
  readonly #context: SinkWriterContext;
  #rows: T[] = [];
  #isFlushing = false;
  #timer: Cancellable | undefined;

  constructor(context: SinkWriterContext) {
    this.#context = context;
  }

  write(element: T): void {
    this.#rows.push(element);
    if (this.#rows.length >= BATCH_ROWS) this.#send();
    else this.#timer ??= this.#sendLater();
  }

  writeWatermark(): void {
    this.#send();
  }

  /** After the last flush the writer is ready once all is sent: wait for isReady before close. */
  flush(): void {
    this.#isFlushing = !this.#send();
  }

  snapshot(): readonly (readonly T[])[] {
    return this.#rows.length === 0 ? [] : [[...this.#rows]];
  }

  restore(states: readonly (readonly T[])[]): void {
    this.#rows = [...states.flat(), ...this.#rows];
  }

  /** Tries to send what waits. */
  get isReady(): boolean {
    if (!this.#isFlushing && this.#rows.length < BATCH_ROWS) return true;
    const isSent = this.#send();
    if (isSent) this.#isFlushing = false;
    return isSent;
  }

  close(): void {
    this.#timer?.cancel();
    this.#rows = [];
  }

  #sendLater(): Cancellable {
    return this.#context.clock.schedule(DELAY_MS_MAX, () => {
      if (!this.#send()) this.#timer = this.#sendLater();
    }, { isBackground: true });
  }

  /** True when nothing waits any more. */
  #send(): boolean {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#rows.length > 0) {
      const batch = this.#rows.length <= BATCH_ROWS ? this.#rows : this.#rows.slice(0, BATCH_ROWS);
      if (!this.#context.sendToClient(batch)) return false;
      this.#rows = batch === this.#rows ? [] : this.#rows.slice(BATCH_ROWS);
    }
    return true;
  }
}
