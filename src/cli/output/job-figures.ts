// What a job's progress line and summary are made of, read from its details. Pure.
import type { JobDetails } from '#cluster/messages/job-messages';
import type { TaskMetrics } from '#cluster/messages/slot-messages';
import type { JobGraph } from '#graph/job-graph/job-graph';

export interface JobFigures {
  /** Rows that sources have read. */
  readonly events: number;
  /** Rows that sinks have got. */
  readonly outputRows: number;
  /** ms of event time that the slowest task is behind the sources; NaN before the first watermark. */
  readonly watermarkLagMs: number;
  /** 0..1, NaN when a source cannot tell. */
  readonly progress: number;
  /** Greatest share of time a task was held up by the next one, 0..1. */
  readonly backPressured: number;
  readonly managedBytesPerSlot: number;
  readonly heapBytesPerSlot: number;
  /** Overdraft that went to disk. */
  readonly spilledBytes: number;
  /** Of the slot that garbage collection stopped longest. */
  readonly gcMs: number;
  /** Of reads of keyed state in RocksDB, those that its hot tier answered, 0..1; undefined where there were none. */
  readonly hotTierHitRate: number | undefined;
  /** In files of RocksDB, where `state.backend.rocksdb.metrics.total-sst-files-size` is on. */
  readonly sstBytes: number;
}

/** Beyond it a watermark stands for the end of all time. */
const EVENT_TIME_MAX = 8.64e15;

export function jobFigures(jobGraph: JobGraph, details: JobDetails): JobFigures {
  const tasks = details.slots.flatMap((slot) => slot?.tasks ?? []);
  const ofVertices = (isWanted: (vertexId: string) => boolean): readonly TaskMetrics[] =>
    tasks.filter((task) => isWanted(task.subtaskId.slice(0, task.subtaskId.lastIndexOf('_'))));
  const sourceIds = new Set(jobGraph.vertices.filter((vertex) => vertex.inputs.length === 0).map((vertex) => vertex.id));
  const sinkIds = new Set(jobGraph.vertices.filter((vertex) => vertex.operators.some((operator) => operator.kind === 'sink')).map((vertex) => vertex.id));
  const sources = ofVertices((id) => sourceIds.has(id));
  const slots = details.slots.filter((slot) => slot !== undefined);
  return {
    events: sum(sources.map((task) => task.recordsIn)),
    outputRows: sum(ofVertices((id) => sinkIds.has(id)).map((task) => task.byName['numRecordsSend'] ?? task.byName['numRecordsOut'] ?? task.recordsIn)),
    watermarkLagMs: watermarkLag(tasks, sources),
    progress: sources.length === 0 ? Number.NaN : sum(sources.map((task) => task.progress)) / sources.length,
    backPressured: Math.max(0, ...tasks.map((task) => task.backPressuredMs / Math.max(1, task.busyMs + task.idleMs + task.backPressuredMs))),
    managedBytesPerSlot: Math.max(0, ...slots.map((slot) => slot.managedPeakBytes)),
    heapBytesPerSlot: Math.max(0, ...slots.map((slot) => slot.heapUsedBytes)),
    spilledBytes: sumOf(tasks, 'spilledBytes'),
    gcMs: Math.max(0, ...slots.map((slot) => slot.gcMs)),
    hotTierHitRate: hitRate(sumOf(tasks, 'rocksdb.hot-tier.hits'), sumOf(tasks, 'rocksdb.hot-tier.misses'), sumOf(tasks, 'rocksdb.hot-tier.read-ahead')),
    sstBytes: sum(tasks.flatMap((task) => Object.entries(task.byName).filter(([name]) => name.startsWith('rocksdb.') && name.endsWith('.total-sst-files-size')).map(([, value]) => value))),
  };
}

function watermarkLag(tasks: readonly TaskMetrics[], sources: readonly TaskMetrics[]): number {
  const known = (watermark: number): boolean => Math.abs(watermark) < EVENT_TIME_MAX;
  const ahead = sources.map((task) => task.watermark).filter(known);
  const behind = tasks.map((task) => task.watermark).filter(known);
  return ahead.length === 0 || behind.length === 0 ? Number.NaN : Math.max(0, Math.max(...ahead) - Math.min(...behind));
}

function sumOf(tasks: readonly TaskMetrics[], name: string): number {
  return sum(tasks.map((task) => task.byName[name] ?? 0));
}

/** What was read ahead is found in the tier, but the database was asked for it. */
function hitRate(hits: number, misses: number, readAhead: number): number | undefined {
  return hits + misses === 0 ? undefined : Math.max(0, hits - readAhead) / (hits + misses);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
