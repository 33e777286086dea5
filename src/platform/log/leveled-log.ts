// What all logs share: levels and the values of child loggers. Subclasses say where a line goes.
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '#platform/log/log';

export abstract class LeveledLog implements Log {
  readonly level: LogLevel;
  protected readonly fields: LogFields;

  constructor(level: LogLevel, fields: LogFields) {
    this.level = level;
    this.fields = fields;
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#log('debug', message, fields);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#log('info', message, fields);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#log('warn', message, fields);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#log('error', message, fields);
  }

  isEnabled(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.level);
  }

  abstract child(fields: LogFields): Log;

  protected abstract emit(level: LogLevel, message: string, fields: LogFields): void;

  #log(level: LogLevel, message: string, fields: LogFields): void {
    if (this.isEnabled(level)) this.emit(level, message, { ...this.fields, ...fields });
  }
}
