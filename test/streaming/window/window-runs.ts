// Random runs of window operators: what is random about the operator, what happens to it, and how both the operator and
// the oracle are driven through the same steps.
import fc from 'fast-check';
import { Types, type TypeInformation } from '#core/types/type-information';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import { decodeSubtaskSnapshot, encodeSubtaskSnapshot } from '#state/snapshot/subtask-snapshot';
import type { OperatorFactory } from '#streaming/operator/stream-operator';
import { createWindowOperator } from '#streaming/window/create-window-operator';
import { ONLY_KEY, type WindowAggregation, type WindowAssignment, type WindowOperatorOptions } from '#streaming/window/window-operator-options';
import { type HarnessOptions, OperatorHarness } from '../operator-harness.js';
import { type Firing, type OracleAssignment, WindowOracle } from './window-oracle.js';

export interface Row {
  readonly id: number;
  readonly key: number;
  readonly gap: number;
}

export type Step =
  | { readonly kind: 'element'; readonly key: number; readonly delta: number; readonly gap: number }
  | { readonly kind: 'advance'; readonly ms: number };

export interface KeyForm {
  readonly name: string;
  readonly type: TypeInformation | undefined;
  readonly of: (key: number) => unknown;
}

export const KEY_FORMS: readonly KeyForm[] = [
  { name: 'int', type: Types.INT, of: (key) => key - 1 },
  { name: 'string', type: Types.STRING, of: (key) => ['', 'a', 'bé', 'long key '.repeat(9)][key] },
  { name: 'tuple', type: Types.TUPLE(Types.STRING, Types.LONG), of: (key) => [`k${key % 2}`, key * 1e10] },
  { name: 'row', type: Types.ROW({ a: Types.INT, b: Types.STRING }), of: (key) => ({ a: key, b: 'x' }) },
  { name: 'boolean', type: Types.BOOLEAN, of: (key) => key % 2 === 0 },
  { name: 'undeclared numbers', type: undefined, of: (key) => key * 1.5 },
  { name: 'undeclared mixed', type: undefined, of: (key) => [115, '', 'x', { a: [1] }][key] },
];

export interface RunSettings {
  readonly assignment: WindowAssignment;
  readonly oracle: OracleAssignment;
  readonly aggregation: 'list' | 'reduce' | 'aggregate' | 'aggregate without merge';
  readonly isProcessed: boolean;
  readonly allowedLatenessMs: number;
  readonly hasLateTag: boolean;
  /** Undefined for windowAll. */
  readonly keys: KeyForm | undefined;
}

interface Gathered {
  readonly key: number;
  readonly ids: readonly number[];
}

const AGGREGATIONS: Readonly<Record<RunSettings['aggregation'], WindowAggregation>> = {
  list: { kind: 'list' },
  reduce: { kind: 'reduce', reduce: (a: Gathered, b: Gathered): Gathered => ({ key: a.key, ids: [...a.ids, ...b.ids] }) },
  aggregate: {
    kind: 'aggregate',
    aggregate: {
      createAccumulator: () => ({ key: -1, ids: [] as number[] }),
      // Accumulators are changed in place, as users do.
      add: (row: Gathered, accumulator) => { accumulator.key = row.key; accumulator.ids.push(...row.ids); return accumulator; },
      getResult: (accumulator) => ({ key: accumulator.key, ids: [...accumulator.ids] }),
      merge: (a, b) => { a.ids.push(...b.ids); return a; },
    },
  },
  'aggregate without merge': {
    kind: 'aggregate',
    aggregate: {
      createAccumulator: () => ({ key: -1, ids: [] as number[] }),
      add: (row: Gathered, accumulator) => { accumulator.key = row.key; accumulator.ids.push(...row.ids); return accumulator; },
      getResult: (accumulator) => ({ key: accumulator.key, ids: [...accumulator.ids] }),
    },
  },
};

/** Rows as they go in: `key` is what results tell, `k` what they are keyed by. */
interface InputRow extends Gathered {
  readonly k: unknown;
  readonly gap: number;
}

export interface EmittedWindow {
  readonly start: number;
  readonly end: number;
  readonly key: number;
  readonly ids: readonly number[];
}

export function factoryOf(settings: RunSettings): OperatorFactory {
  const keys = settings.keys === undefined ? ONLY_KEY : { selector: (row: InputRow) => row.k, type: settings.keys.type };
  const options: WindowOperatorOptions = {
    assignment: settings.assignment, aggregation: AGGREGATIONS[settings.aggregation], allowedLatenessMs: settings.allowedLatenessMs, keys,
    ...(settings.hasLateTag ? { lateTag: 'late' } : {}),
    ...(settings.isProcessed || settings.aggregation === 'list' ? {
      process: {
        process: (_key, context, elements: Iterable<Gathered>, out) => {
          const gathered = [...elements];
          out({ start: context.window.start, end: context.window.end, key: gathered[0]!.key, ids: gathered.flatMap((one) => [...one.ids]) });
        },
      },
    } : {}),
  };
  return { kind: 'stream', create: (environment) => createWindowOperator(options, environment), keys: [keys] };
}

/** One run of the operator beside the oracle. */
export class WindowRun {
  readonly settings: RunSettings;
  readonly oracle: WindowOracle;
  readonly clock = new SimulatedClock({ startMs: 1000 });
  /** Emitted rows of every subtask there ever was, in order of emission per subtask. */
  readonly emitted: EmittedWindow[] = [];
  readonly late: number[] = [];
  lateCount = 0;
  harness: OperatorHarness;
  #nextId = 0;
  #watermark = Number.NEGATIVE_INFINITY;
  readonly #isEventTime: boolean;
  readonly #nextBackend: () => HarnessOptions['createKeyedState'];

  /** @param nextBackend where each harness, the first one and those restored, keeps keyed state; on the heap unless given. */
  constructor(settings: RunSettings, parallelism: number, nextBackend: () => HarnessOptions['createKeyedState'] = () => undefined) {
    this.settings = settings;
    this.#nextBackend = nextBackend;
    this.#isEventTime = settings.assignment.timeDomain === 'event';
    this.oracle = new WindowOracle({ assignment: settings.oracle, allowedLatenessMs: settings.allowedLatenessMs, isEventTime: this.#isEventTime });
    this.harness = new OperatorHarness(factoryOf(settings), { parallelism: settings.keys === undefined ? 1 : parallelism, maxParallelism: 8, clock: this.clock, createKeyedState: nextBackend() });
  }

  step(step: Step): void {
    if (step.kind === 'advance') this.#advance(step.ms);
    else this.#element(step);
    this.collect();
  }

  /** The next advance stops after `room` rows of each subtask; then everything is restored at another parallelism. */
  stepAndRestore(step: Step, room: number, parallelism: number): void {
    if (step.kind === 'advance') for (const subtask of this.harness.subtasks) subtask.output.room = room;
    this.step(step);
    const snapshots = this.harness.snapshot().map(throughBytes);
    this.collect();
    this.harness.close();
    this.harness = new OperatorHarness(factoryOf(this.settings), { parallelism: this.settings.keys === undefined ? 1 : parallelism, maxParallelism: 8, clock: this.clock, snapshots, createKeyedState: this.#nextBackend() });
    // What StreamTask.open does with the watermark in the head's snapshot.
    if (this.#watermark > Number.NEGATIVE_INFINITY) this.harness.watermark(this.#watermark);
    this.harness.advanceTime(0);
    this.collect();
  }

  /** Moves what was emitted since the last call here. */
  collect(): void {
    for (const { output, counters } of this.harness.subtasks) {
      for (const { value, timestamp } of output.rows.splice(0)) this.emitted.push(this.#window(value as Partial<EmittedWindow> & Gathered, timestamp));
      for (const { value } of output.sides.get('late')?.splice(0) ?? []) this.late.push((value as InputRow).ids[0]!);
      this.lateCount += counters.get('numLateRecordsDropped') ?? 0;
      counters.clear();
    }
  }

  #window(value: Partial<EmittedWindow> & Gathered, timestamp: number | null): EmittedWindow {
    const end = timestamp! + 1;
    const { assignment } = this.settings;
    const start = value.start ?? (assignment.kind === 'session' ? Number.NaN : end - assignment.sizeMs);
    return { start, end: value.end ?? end, key: value.key, ids: [...value.ids].sort((a, b) => a - b) };
  }

  #advance(ms: number): void {
    if (this.#isEventTime) {
      this.#watermark = (this.#watermark === Number.NEGATIVE_INFINITY ? -100 : this.#watermark) + ms;
      this.oracle.advance(this.#watermark);
      this.harness.watermark(this.#watermark);
    } else {
      this.clock.advance(ms);
      this.oracle.advance(Math.floor(this.clock.now()) - 1);
      this.harness.advanceTime(0);
    }
  }

  #element(step: Step & { kind: 'element' }): void {
    const id = this.#nextId++;
    const base = this.#watermark === Number.NEGATIVE_INFINITY ? -100 : this.#watermark;
    const time = this.#isEventTime ? base + step.delta : this.clock.now();
    // A boolean key has two values only.
    const key = this.settings.keys === undefined ? 0 : this.settings.keys.name === 'boolean' ? step.key % 2 : step.key;
    const { assignment } = this.settings;
    const gap = assignment.kind !== 'session' ? 0 : typeof assignment.gapMs === 'number' ? assignment.gapMs : step.gap;
    this.oracle.element({ id, key, time, gap });
    const row: InputRow = { key, ids: [id], k: this.settings.keys?.of(key), gap };
    this.harness.element(row, this.#isEventTime ? time : Number.NaN);
  }
}

/** What the run must have given: per key the windows in order, and late rows. Sessions without a function do not tell their start. */
export function expectedOf(run: WindowRun): unknown {
  const { hasLateTag } = run.settings;
  return {
    windows: perKey(run.oracle.firings, run),
    late: hasLateTag ? [...run.oracle.late].sort((a, b) => a - b) : [],
    lateCount: hasLateTag ? 0 : run.oracle.late.length,
  };
}

export function actualOf(run: WindowRun): unknown {
  return { windows: perKey(run.emitted, run), late: [...run.late].sort((a, b) => a - b), lateCount: run.lateCount };
}

function perKey(windows: readonly Firing[], run: WindowRun): Record<number, string[]> {
  const tellsStart = run.settings.isProcessed || run.settings.aggregation === 'list' || run.settings.assignment.kind !== 'session';
  const keys: Record<number, string[]> = {};
  for (const { key, start, end, ids } of windows) (keys[key] ??= []).push(`[${tellsStart ? start : '?'}, ${end}) ${ids.join(' ')}`);
  return keys;
}

function throughBytes(snapshot: OperatorSnapshot): OperatorSnapshot {
  return decodeSubtaskSnapshot(encodeSubtaskSnapshot(new Map([['operator', snapshot]])).bytes, 'test').get('operator') ?? { keyed: [], operator: [] };
}

const shape: fc.Arbitrary<Pick<RunSettings, 'assignment' | 'oracle'> & { readonly canLackMerge: boolean }> = fc.oneof(
  fc.record({ timeDomain: timeDomain(), sizeMs: fc.integer({ min: 1, max: 40 }), offsetMs: fc.integer({ min: -30, max: 30 }) })
    .map((drawn) => ({ assignment: { kind: 'tumbling' as const, ...drawn }, oracle: { kind: 'aligned' as const, sizeMs: drawn.sizeMs, slideMs: drawn.sizeMs, offsetMs: drawn.offsetMs }, canLackMerge: true })),
  fc.record({ timeDomain: timeDomain(), sizeMs: fc.integer({ min: 1, max: 40 }), slideMs: fc.integer({ min: 1, max: 40 }), offsetMs: fc.integer({ min: -30, max: 30 }) })
    .map((drawn) => ({ assignment: { kind: 'sliding' as const, ...drawn }, oracle: { kind: 'aligned' as const, sizeMs: drawn.sizeMs, slideMs: drawn.slideMs, offsetMs: drawn.offsetMs }, canLackMerge: true })),
  fc.record({ timeDomain: timeDomain(), gapMs: fc.oneof(fc.integer({ min: 1, max: 25 }), fc.constant((row: { gap: number }) => row.gap)) })
    .map((drawn) => ({ assignment: { kind: 'session' as const, ...drawn }, oracle: { kind: 'session' as const }, canLackMerge: false })),
);

function timeDomain(): fc.Arbitrary<'event' | 'processing'> {
  return fc.constantFrom('event', 'event', 'processing');
}

export const settings: fc.Arbitrary<RunSettings> = fc.record({
  shape,
  aggregation: fc.constantFrom<RunSettings['aggregation']>('list', 'reduce', 'aggregate', 'aggregate without merge'),
  isProcessed: fc.boolean(),
  allowedLatenessMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
  hasLateTag: fc.boolean(),
  keys: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...KEY_FORMS) }, { weight: 1, arbitrary: fc.constant(undefined) }),
}).map(({ shape: { assignment, oracle, canLackMerge }, ...rest }) => ({
  ...rest, assignment, oracle, aggregation: canLackMerge || rest.aggregation !== 'aggregate without merge' ? rest.aggregation : 'aggregate',
}));

export const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('element' as const), key: fc.integer({ min: 0, max: 3 }), delta: fc.integer({ min: -70, max: 60 }), gap: fc.integer({ min: 1, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0.25, 1.5)) }) },
), { minLength: 1, maxLength: 60 });
