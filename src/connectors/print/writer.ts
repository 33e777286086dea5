// Gathers lines and prints them when there are many, when a barrier or watermark comes, and at the latest after a short
// time, so that a slow stream is seen at once. Thread: the slot's.
import { formatRecord } from '#connectors/print/record-text';
import type { Cancellable } from '#platform/clock/clock';
import type { SinkWriter, SinkWriterContext } from '#streaming/sink/sink';

const TEXT_CHARS_MAX = 64 * 1024;
const DELAY_MS_MAX = 50;

export class PrintSinkWriter<T> implements SinkWriter<T, never, never> {
  readonly #context: SinkWriterContext;
  readonly #lead: string;
  readonly #stream: 'stdout' | 'stderr';
  #text = '';
  #timer: Cancellable | undefined;

  constructor(context: SinkWriterContext, prefix: string, stream: 'stdout' | 'stderr') {
    this.#context = context;
    const subtask = context.parallelism > 1 ? String(context.subtaskIndex + 1) : '';
    const mark = prefix !== '' && subtask !== '' ? `${prefix}:${subtask}` : prefix + subtask;
    this.#lead = mark === '' ? '' : `${mark}> `;
    this.#stream = stream;
  }

  write(element: T): void {
    this.#text += `${this.#lead}${formatRecord(element)}\n`;
    if (this.#text.length >= TEXT_CHARS_MAX) this.#print();
    else this.#timer ??= this.#context.clock.schedule(DELAY_MS_MAX, () => this.#print(), { isBackground: true });
  }

  writeWatermark(): void {
    this.#print();
  }

  flush(): void {
    this.#print();
  }

  close(): void {
    this.#print();
  }

  #print(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#context.print(text, this.#stream);
  }
}
