// What every command gets: the doors to the host, and its words. Made once in main. Thread: main.
import type { Platform } from '#client/platform';

export interface CommandContext {
  readonly platform: Platform;
  /** Behind the command's name. */
  readonly words: readonly string[];
}

/** Exit code of a command that a signal ended, as shells count it. */
export const EXIT_INTERRUPTED = 130;
