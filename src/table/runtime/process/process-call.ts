// What one call of a process table function sees: the context of its methods, and where rows that it makes go. One per subtask, reused
// for every call, on the slot's thread. State and timers are of the key that the operator has made current.
import { FunctionError } from '#table/errors';
import type { Collector } from '#streaming/process/process-functions';
import type { MadeRow, ProcessTableContext } from '#table/functions/process-table-definition';
import { rowKindName, rowKindOf, type RowKind, type TableRow } from '#table/runtime/row-kind';

/** Makes an output row: of the row that is worked on (null for a timer), the key's values, what the function made, the time. */
export type MakeRow = (row: TableRow | null, key: readonly unknown[], made: MadeRow, time: number | null, kind: number) => TableRow;

/** Timers of the current key: the operator's business. */
export interface ProcessTimers {
  register(name: string | undefined, time: number): void;
  clear(nameOrTime: string | number): void;
  clearAll(): void;
}

export interface ClearableState {
  clear(): void;
}

interface CallPlace {
  readonly row: TableRow | null;
  readonly key: readonly unknown[];
  readonly time: number | null;
  readonly kind: number;
  readonly timerName: string | null;
}

export class ProcessCall implements ProcessTableContext {
  readonly state: Readonly<Record<string, ClearableState>>;
  readonly #make: MakeRow;
  readonly #changes: boolean;
  readonly #timers: ProcessTimers | undefined;
  readonly #readWatermark: () => number;
  #place!: CallPlace;
  #out!: Collector<TableRow>;

  /** @param timers undefined where the function has none. */
  constructor(parts: { readonly make: MakeRow; readonly makesChanges: boolean; readonly state: Readonly<Record<string, ClearableState>>; readonly timers: ProcessTimers | undefined; readonly currentWatermark: () => number }) {
    this.#make = parts.make;
    this.#changes = parts.makesChanges;
    this.state = parts.state;
    this.#timers = parts.timers;
    this.#readWatermark = parts.currentWatermark;
  }

  /** Runs a method; what it returns or yields is collected. */
  run(place: CallPlace, out: Collector<TableRow>, method: (context: ProcessTableContext) => unknown): void {
    this.#place = place;
    this.#out = out;
    const result = method(this);
    if (result === undefined || result === null) return;
    const iterator = (result as Partial<Iterable<MadeRow>>)[Symbol.iterator];
    if (iterator === undefined) throw new FunctionError('a process table function yields rows, returns an iterable of them, or collects them, but it returned something else, such as a promise');
    for (const made of result as Iterable<MadeRow>) this.collect(made);
  }

  get kind(): '+I' | '-U' | '+U' | '-D' {
    return rowKindName(this.#place.kind as RowKind);
  }

  get timerName(): string | null {
    return this.#place.timerName;
  }

  collect(made: MadeRow, kind: '+I' | '-U' | '+U' | '-D' = '+I'): void {
    if (kind !== '+I' && !this.#changes) throw new FunctionError(`a process table function has made a change ${kind}, but it says that it is insert-only: give it changes: 'retract' or 'upsert'`);
    const { row, key, time } = this.#place;
    this.#out.collect(this.#make(row, key, made, time, rowKindOf(kind)));
  }

  time(): number | null {
    return this.#place.time;
  }

  currentWatermark(): number | null {
    const watermark = this.#readWatermark();
    return watermark === Number.NEGATIVE_INFINITY ? null : watermark;
  }

  registerOnTime(nameOrTime: string | number, time?: number): void {
    if (typeof nameOrTime === 'string') this.#ownTimers().register(nameOrTime, time!);
    else this.#ownTimers().register(undefined, nameOrTime);
  }

  clearTimer(nameOrTime: string | number): void {
    this.#ownTimers().clear(nameOrTime);
  }

  clearAllTimers(): void {
    this.#ownTimers().clearAll();
  }

  clearState(name: string): void {
    const entry = this.state[name];
    if (entry === undefined) throw new FunctionError(`a process table function clears the state '${name}', but it has only ${Object.keys(this.state).join(', ') || 'none'}`);
    entry.clear();
  }

  clearAllState(): void {
    for (const entry of Object.values(this.state)) entry.clear();
  }

  clearAll(): void {
    this.clearAllState();
    this.#timers?.clearAll();
  }

  #ownTimers(): ProcessTimers {
    return this.#timers ?? fail('Timers are not supported in the current PTF declaration. Note that only PTFs that take set semantic tables and have onTimer support timers.');
  }
}

function fail(message: string): never {
  throw new FunctionError(message);
}
