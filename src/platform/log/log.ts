// The door to the log: one line per event, a sentence and named values. Logs are for people; nothing reads them back.
// Any thread; child loggers carry values (job, task) that every line of theirs shows.

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Shown as key=value; undefined is left out, an Error shows its code, message and causes, at debug level its stack. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines also show `fields`, after those of this one. */
  child(fields: LogFields): Log;
  /** False when lines of this level go nowhere: spares making costly values. */
  isEnabled(level: LogLevel): boolean;
}
