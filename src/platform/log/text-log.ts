// Log as lines of text: `2026-01-31T12:00:00.000Z INFO  message key=value`. Invariant: one event is one line, whatever
// the values hold. Writes at once, from the calling thread.
import { EngineError } from '#core/errors/engine-error';
import type { Clock } from '#platform/clock/clock';
import { LeveledLog } from '#platform/log/leveled-log';
import type { LogFields, LogLevel } from '#platform/log/log';

export interface TextLogOptions {
  readonly clock: Clock;
  /** Takes a whole line with its line feed. */
  readonly write: (line: string) => void;
  /** Lowest level that is written, default info. */
  readonly level?: LogLevel;
}

const CAUSES_MAX = 8;
/** Values that need no quotes. */
const PLAIN = /^[^\s"=]+$/;

export class TextLog extends LeveledLog {
  readonly #options: TextLogOptions;

  constructor(options: TextLogOptions, fields: LogFields = {}) {
    super(options.level ?? 'info', fields);
    this.#options = options;
  }

  override child(fields: LogFields): TextLog {
    return new TextLog(this.#options, { ...this.fields, ...fields });
  }

  protected override emit(level: LogLevel, message: string, fields: LogFields): void {
    const words = [new Date(this.#options.clock.now()).toISOString(), level.toUpperCase().padEnd(5), message.replaceAll(/\s*[\r\n]+\s*/g, ' ')];
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      words.push(`${key}=${quoted(value instanceof Error ? chainOf(value) : textOf(value))}`);
      if (value instanceof Error && this.isEnabled('debug')) words.push(`${key}Stack=${quoted(value.stack ?? '')}`);
    }
    this.#options.write(`${words.join(' ')}\n`);
  }
}

function quoted(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
  } catch {
    return String(value); // a cycle: a log line is not worth an exception
  }
}

/** An error and its causes in one line. */
function chainOf(error: Error): string {
  const links: string[] = [];
  for (let link: unknown = error; link !== undefined && links.length < CAUSES_MAX; link = link instanceof Error ? link.cause : undefined) {
    if (link instanceof EngineError) links.push(link.line);
    else links.push(link instanceof Error ? `${link.name}: ${link.message}` : String(link));
  }
  return links.join(', caused by ');
}
