// Terminal of a test: lines are typed by it, prompts are kept. One thread.
import type { Cancellable } from '#platform/clock/clock';
import { LineQueue } from '#platform/terminal/line-queue';
import type { Completion, Terminal, TerminalOptions } from '#platform/terminal/terminal';

export class SimulatedTerminal implements Terminal {
  readonly isInteractive: boolean;
  readonly prompts: string[] = [];
  clears = 0;
  readonly #lines = new LineQueue();
  readonly #listeners = new Set<() => void>();
  readonly #options: TerminalOptions;

  constructor(options: TerminalOptions & { readonly isInteractive?: boolean } = {}) {
    this.isInteractive = options.isInteractive ?? true;
    this.#options = options;
  }

  type(...lines: readonly string[]): void {
    for (const line of lines) this.#lines.add(line);
  }

  endInput(): void {
    this.#lines.end();
  }

  interrupt(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  complete(line: string): Completion {
    return this.#options.complete?.(line) ?? { candidates: [], word: line };
  }

  readLine(prompt: string): Promise<string | undefined> {
    this.prompts.push(prompt);
    return this.#lines.next();
  }

  onInterrupt(listener: () => void): Cancellable {
    this.#listeners.add(listener);
    return { cancel: () => void this.#listeners.delete(listener) };
  }

  clear(): void {
    this.clears++;
  }

  close(): void {
    this.#lines.end();
  }
}
