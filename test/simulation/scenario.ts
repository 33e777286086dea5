// What happens in one simulated run, drawn from its seed: the job, its settings, and what disturbs it. Plain data, so that a
// failure can be read.
import type { SeededRandom } from '#platform/random/seeded-random';
import type { InputShape } from './input.js';
import { hasTwoInputs, isOrderedOnly, PIPELINES } from './pipelines.js';
import type { SinkPace } from './transaction-sink.js';

export interface JobShape {
  readonly pipelines: readonly string[];
  /** The second pipeline has an input of its own: it fails and restarts apart from the first. */
  readonly hasTwoRegions: boolean;
  readonly first: InputShape;
  readonly second: InputShape;
  readonly pace: SinkPace;
  readonly sink: 'transactions' | 'files';
}

/** A moment: so many steps behind the next event of its kind. */
export interface Moment {
  readonly after: 'any' | 'trigger' | 'complete' | 'deploy';
  readonly steps: number;
}

export type Disturbance = { readonly at: Moment } & (
  | { readonly kind: 'kill-slot'; readonly losesMessages: boolean; readonly inFileCall: number | undefined }
  | { readonly kind: 'kill-process'; readonly isPowerLost: boolean; readonly inFileCall: number | undefined; readonly isInMain: boolean }
  | { readonly kind: 'throw' | 'checkpoint' }
  | { readonly kind: 'rescale'; readonly parallelism: number }
  | { readonly kind: 'savepoint'; readonly isNative: boolean }
  | { readonly kind: 'stop' | 'cancel'; readonly isNative: boolean; readonly thenParallelism: number; readonly claimMode: 'CLAIM' | 'NO_CLAIM' }
  | { readonly kind: 'slow-slot'; readonly delayMs: number }
  | { readonly kind: 'disk-fault'; readonly ofSlot: boolean; readonly call: number; readonly tornBytes: number | undefined });

export interface Scenario {
  readonly seed: number;
  readonly job: JobShape;
  readonly parallelism: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly disturbances: readonly Disturbance[];
  /** Largest time that passes at a look at a stopwatch, ms. */
  readonly workMsMax: number;
  readonly stalls: { readonly probability: number; readonly stepsMax: number };
}

/** The smallest ring. At the greatest parallelism of a run its channels have it, so that they fill. */
export const RING_KB = 64;

/** What a run looks at more closely than at anything else. */
const FOCUSES = ['any', 'any', 'any', 'any', 'late-reports', 'regions', 'power', 'stopping', 'rescaling'] as const;
type Focus = (typeof FOCUSES)[number];

export function drawScenario(seed: number, random: SeededRandom): Scenario {
  const pick = <T>(...choices: readonly T[]): T => choices[random.nextInt(choices.length)]!;
  const focus = pick(...FOCUSES);
  const isLate = focus === 'late-reports';
  const isFat = random.nextInt(3) === 0;
  const pipelines = focus === 'regions' ? twoApart(random) : focus === 'rescaling' ? [isFat ? 'expanded' : pick('tumbling', 'sliding')] : isFat && random.nextInt(3) === 0 ? ['expanded'] : drawPipelines(random, pick);
  const chosen = PIPELINES.filter(({ name }) => pipelines.includes(name));
  const hasTwoRegions = chosen.length === 2 && !chosen.some(hasTwoInputs) && (focus === 'regions' || random.nextInt(3) > 0);
  // Where splits come one after the other, rows of later ones are late by any watermark.
  const isOnDemand = chosen.every(isOrderedOnly) && random.nextInt(2) === 0;
  const input = (salt: number): InputShape => ({
    isOnDemand, splits: pick(1, 2, 3, 4), rowsPerSplit: isFat ? 24 : pick(30, 50), keys: pick(3, 7, 12), padChars: isFat ? pick(1500, 4000) : pick(0, 20), rowsPerPoll: isFat ? pick(3, 10, 24) : pick(1, 3, 10), salt,
  });
  const isSlow = !isLate && (isFat || random.nextInt(3) === 0);
  const workMsMax = isLate ? 0.1 : pick(0.1, 1, 5);
  // So short that slow reports miss it, and no shorter than a checkpoint takes.
  const timeout = workMsMax < 1 && !isSlow ? '100 ms' : '500 ms';
  const isUnaligned = focus === 'rescaling' || random.nextInt(3) > 0;
  const disturbances = drawDisturbances(focus, random, pick);
  const parallelism = pick(1, 2, 2, 3);
  const network = `${greatestParallelism(parallelism, disturbances) ** 2 * chosen.length * 2 * RING_KB} kb`;
  const drawn: Scenario = {
    seed,
    job: {
      pipelines, hasTwoRegions, first: input(1), second: input(2), sink: pick('transactions', 'transactions', 'files'),
      pace: isSlow ? { pauseMs: pick(2, 10, 40), rowsBetweenPauses: pick(1, 4, 15) } : { pauseMs: 0, rowsBetweenPauses: 0 },
    },
    parallelism,
    settings: {
      'execution.checkpointing.interval': pick('10 ms', '25 ms', '60 ms'),
      'execution.checkpointing.min-pause': pick('0 ms', '5 ms'),
      'execution.checkpointing.timeout': isLate ? timeout : pick(timeout, timeout, '10 min'),
      'execution.checkpointing.dir': '/checkpoints',
      'execution.checkpointing.num-retained': pick(1, 2, 3),
      'execution.checkpointing.tolerable-failed-checkpoints': 1_000_000,
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      'execution.checkpointing.unaligned.enabled': isUnaligned,
      'execution.checkpointing.aligned-checkpoint-timeout': isUnaligned ? pick('0 ms', '0 ms', '10 ms') : '0 ms',
      'execution.checkpointing.incremental': pick(true, false),
      'execution.checkpointing.data-inline-threshold': isLate ? '20 kb' : pick('0 bytes', '200 bytes', '20 kb'),
      'execution.checkpointing.snapshot-compression': seed % 3 === 0,
      'execution.state-recovery.from-local': seed % 10 === 4,
      'execution.checkpointing.file-merging.enabled': [4, 9, 16].includes(seed % 20),
      'execution.checkpointing.file-merging.max-file-size': seed % 40 < 20 ? '32 mb' : '2 kb',
      'execution.checkpointing.file-merging.pool-blocking': seed % 20 === 9,
      'taskmanager.network.memory.buffer-debloat.enabled': [9, 16, 18].includes(seed % 20),
      'taskmanager.network.memory.buffer-debloat.target': '20 ms',
      'taskmanager.network.memory.buffer-debloat.period': '2 ms',
      'execution.buffer-timeout.interval': pick('0 ms', '5 ms', '100 ms'),
      'pipeline.auto-watermark-interval': pick('1 ms', '10 ms'),
      'pipeline.max-parallelism': pick(5, 16, 128),
      'jobmanager.execution.failover-strategy': focus === 'regions' ? 'region' : pick('region', 'full'),
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': 1_000_000,
      'restart-strategy.fixed-delay.delay': pick('0 ms', '5 ms'),
      'taskmanager.memory.managed.size': '8 mb',
      'taskmanager.memory.network.min': network,
      'taskmanager.memory.network.max': network,
    },
    disturbances,
    workMsMax,
    stalls: focus === 'rescaling' ? { probability: 0.05, stepsMax: 1000 } : { probability: pick(0, 0.02, 0.1), stepsMax: pick(20, 150) },
  };
  return !isUnaligned && focus === 'any' && random.nextInt(2) === 0 ? withConcurrentCheckpoints(drawn, chosen.every(isOrderedOnly), random, pick) : drawn;
}

/** A slot is late with its acknowledgements, so that checkpoints overlap, and something dies while they do. */
function withConcurrentCheckpoints(drawn: Scenario, isOnDemand: boolean, random: SeededRandom, pick: <T>(...choices: readonly T[]) => T): Scenario {
  const { job, settings } = drawn;
  const input = { isOnDemand, splits: 4 };
  return {
    ...drawn,
    job: { ...job, first: { ...job.first, ...input }, second: { ...job.second, ...input } },
    settings: { ...settings, 'execution.checkpointing.interval': '10 ms', 'execution.checkpointing.min-pause': '0 ms', 'execution.checkpointing.timeout': '10 min', 'execution.checkpointing.max-concurrent-checkpoints': pick(2, 4) },
    disturbances: [0, 1].flatMap(() => [
      { at: { after: 'trigger', steps: 1 + random.nextInt(6) }, kind: 'slow-slot', delayMs: pick(15, 30, 80) },
      { at: { after: 'complete', steps: 1 + random.nextInt(40) }, kind: 'kill-slot', losesMessages: pick(true, false), inFileCall: undefined },
    ] as const),
  };
}

/** Over the whole run. */
export function greatestParallelism(parallelism: number, disturbances: readonly Disturbance[]): number {
  return disturbances.reduce((most, disturbance) => Math.max(most, 'parallelism' in disturbance ? disturbance.parallelism : 'thenParallelism' in disturbance ? disturbance.thenParallelism : 1), parallelism);
}

function drawPipelines(random: SeededRandom, pick: <T>(...choices: readonly T[]) => T): readonly string[] {
  const names = PIPELINES.map(({ name }) => name);
  const first = pick(...names);
  return random.nextInt(2) === 0 ? [...new Set([first, pick(...names)])] : [first];
}

function drawDisturbances(focus: Focus, random: SeededRandom, pick: <T>(...choices: readonly T[]) => T): readonly Disturbance[] {
  const several = (create: () => Disturbance): readonly Disturbance[] => Array.from({ length: 1 + random.nextInt(4) }, create);
  switch (focus) {
    case 'any': return several(() => drawDisturbance(random, pick));
    case 'late-reports': return lateReports(random, pick);
    case 'regions': return several(() => ({ at: { after: pick('any', 'trigger', 'complete', 'deploy'), steps: 1 + random.nextInt(pick(8, 60)) }, ...pick({ kind: 'throw' } as const, { kind: 'throw' } as const, { kind: 'kill-slot', losesMessages: false, inFileCall: undefined } as const) }));
    case 'rescaling': return several(() => ({ at: { after: 'trigger', steps: 1 + random.nextInt(60) }, kind: 'rescale', parallelism: pick(1, 2, 3) }));
    case 'stopping': return [
      { at: { after: pick('trigger', 'complete'), steps: 1 + random.nextInt(40) }, kind: 'stop', isNative: false, thenParallelism: pick(1, 2), claimMode: pick('CLAIM', 'CLAIM', 'NO_CLAIM') },
      ...(['complete', 'deploy'] as const).map((after) => ({ at: { after, steps: 1 + random.nextInt(8) }, kind: 'kill-process', isPowerLost: false, inFileCall: undefined, isInMain: true } as const)),
    ];
    case 'power': return several(() => ({ at: { after: 'trigger', steps: 1 + random.nextInt(40) }, kind: 'kill-process', isPowerLost: true, inFileCall: 1 + random.nextInt(9), isInMain: true }));
  }
}

/** Pipelines of one input each. */
function twoApart(random: SeededRandom): readonly string[] {
  const names = PIPELINES.filter((pipeline) => !hasTwoInputs(pipeline)).map(({ name }) => name);
  const [first] = names.splice(random.nextInt(names.length), 1);
  return [first!, names[random.nextInt(names.length)]!];
}

/** A slot's reports come when their checkpoint has been given up, and the next one is restored. */
function lateReports(random: SeededRandom, pick: <T>(...choices: readonly T[]) => T): readonly Disturbance[] {
  return [
    { at: { after: 'trigger', steps: 1 + random.nextInt(6) }, kind: 'slow-slot', delayMs: pick(120, 180, 300) },
    { at: { after: 'complete', steps: 1 + random.nextInt(25) }, kind: 'kill-slot', losesMessages: pick(true, false), inFileCall: undefined },
  ];
}

function drawDisturbance(random: SeededRandom, pick: <T>(...choices: readonly T[]) => T): Disturbance {
  const at: Moment = { after: pick('any', 'trigger', 'trigger', 'complete', 'complete', 'deploy'), steps: pick(1, 6, 30, 120) + random.nextInt(30) };
  const inFileCall = pick(undefined, 1 + random.nextInt(30));
  const isNative = pick(true, false);
  switch (pick('kill-slot', 'kill-slot', 'kill-process', 'kill-process', 'throw', 'checkpoint', 'rescale', 'rescale', 'savepoint', 'stop', 'cancel', 'slow-slot', 'slow-slot', 'disk-fault')) {
    case 'kill-slot': return { at, kind: 'kill-slot', losesMessages: pick(true, false), inFileCall };
    case 'kill-process': return { at, kind: 'kill-process', isPowerLost: pick(true, false), inFileCall, isInMain: pick(true, false) };
    case 'throw': return { at, kind: 'throw' };
    case 'checkpoint': return { at, kind: 'checkpoint' };
    case 'rescale': return { at, kind: 'rescale', parallelism: pick(1, 2, 3) };
    case 'savepoint': return { at, kind: 'savepoint', isNative };
    case 'stop': return { at, kind: 'stop', isNative, thenParallelism: pick(1, 2, 3), claimMode: pick('CLAIM', 'NO_CLAIM') };
    case 'cancel': return { at, kind: 'cancel', isNative, thenParallelism: pick(1, 2, 3), claimMode: pick('CLAIM', 'NO_CLAIM') };
    case 'slow-slot': return { at, kind: 'slow-slot', delayMs: pick(50, 150, 300, 800) };
    case 'disk-fault': return { at, kind: 'disk-fault', ofSlot: pick(true, false), call: 1 + random.nextInt(20), tornBytes: pick(undefined, random.nextInt(100)) };
  }
}
