// Terminal over Node's readline. Invariant: reading goes on until it is closed, so that Ctrl-C is heard while statements run.
import { createInterface, type Interface } from 'node:readline';
import type { Cancellable } from '#platform/clock/clock';
import { LineQueue } from '#platform/terminal/line-queue';
import type { Terminal, TerminalOptions } from '#platform/terminal/terminal';

const HISTORY_MAX = 500;
const CLEAR_SCREEN = '\u001b[2J\u001b[3J\u001b[H';

export class NodeTerminal implements Terminal {
  readonly isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  readonly #readline: Interface;
  readonly #lines = new LineQueue();

  constructor({ history = [], complete }: TerminalOptions = {}) {
    this.#readline = createInterface({
      input: process.stdin, terminal: this.isInteractive, history: [...history], historySize: HISTORY_MAX, removeHistoryDuplicates: true,
      ...(this.isInteractive ? { output: process.stdout } : {}),
      ...(complete === undefined ? {} : {
        completer: (line: string): [string[], string] => {
          const { candidates, word } = complete(line);
          return [[...candidates], word];
        },
      }),
    });
    this.#readline.on('line', (line) => this.#lines.add(line));
    this.#readline.on('close', () => this.#lines.end());
  }

  readLine(prompt: string): Promise<string | undefined> {
    if (this.isInteractive) {
      this.#readline.setPrompt(prompt);
      this.#readline.prompt();
    }
    return this.#lines.next();
  }

  onInterrupt(listener: () => void): Cancellable {
    this.#readline.on('SIGINT', listener);
    return { cancel: () => void this.#readline.off('SIGINT', listener) };
  }

  clear(): void {
    if (this.isInteractive) process.stdout.write(CLEAR_SCREEN);
  }

  close(): void {
    this.#readline.close();
  }
}
