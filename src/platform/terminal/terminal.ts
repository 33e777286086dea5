// The door to who types: lines from standard input, with editing, history and completion where it is a terminal. Main thread only.
import type { Cancellable } from '#platform/clock/clock';

export interface Completion {
  readonly candidates: readonly string[];
  /** The end of the line that they stand for. */
  readonly word: string;
}

export interface TerminalOptions {
  /** Earlier lines, newest first. */
  readonly history?: readonly string[];
  /** What may stand at the end of the line so far. */
  readonly complete?: (line: string) => Completion;
}

export interface Terminal {
  /** Somebody sits at it: prompts are shown, and mistakes are for him to mend. */
  readonly isInteractive: boolean;
  /** The next line, undefined when the input has ended. Lines come in order and none is lost, however late it is asked for. */
  readLine(prompt: string): Promise<string | undefined>;
  /** Ctrl-C, also while no line is asked for. */
  onInterrupt(listener: () => void): Cancellable;
  /** Empties the screen, where there is one. */
  clear(): void;
  /** Gives the input back. Idempotent. */
  close(): void;
}
