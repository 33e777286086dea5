// Log that keeps its events for tests and simulations. Children write to the same list.
import { LeveledLog } from '#platform/log/leveled-log';
import type { LogFields, LogLevel } from '#platform/log/log';

export interface LogEvent {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export class CollectedLog extends LeveledLog {
  readonly events: LogEvent[];

  constructor(level: LogLevel = 'debug', fields: LogFields = {}, events: LogEvent[] = []) {
    super(level, fields);
    this.events = events;
  }

  override child(fields: LogFields): CollectedLog {
    return new CollectedLog(this.level, { ...this.fields, ...fields }, this.events);
  }

  protected override emit(level: LogLevel, message: string, fields: LogFields): void {
    this.events.push({ level, message, fields });
  }
}
