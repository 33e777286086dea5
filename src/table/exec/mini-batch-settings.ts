// table.exec.mini-batch.…: whether operators gather rows before they emit, for how long and how many. Thread: any.
import { parseDuration } from '#core/config/duration';
import { TableError } from '#table/errors';

export interface MiniBatch {
  /** Rows are held back that long at most. */
  readonly latencyMs: number;
  /** Input rows of a bundle. */
  readonly rowsMax: number;
}

interface Settings {
  readonly isBatch: boolean;
  option(key: string): string | undefined;
}

const ENABLED = 'table.exec.mini-batch.enabled';
const LATENCY = 'table.exec.mini-batch.allow-latency';
const SIZE = 'table.exec.mini-batch.size';

/** Undefined where it is off, which is the default, and in batch mode. Throws TABLE_OPTION_INVALID. */
export function miniBatchOf(settings: Settings): MiniBatch | undefined {
  if (settings.isBatch || settings.option(ENABLED)?.toLowerCase() !== 'true') return undefined;
  const latency = settings.option(LATENCY) ?? '0 ms';
  const parsed = parseDuration(latency);
  const latencyMs = parsed.kind === 'parsed' ? parsed.value.toMillis() : 0;
  if (latencyMs <= 0) throw new TableError('TABLE_OPTION_INVALID', `${LATENCY} is '${latency}' while ${ENABLED} is true: give a duration above 0, such as 2 s`);
  const size = settings.option(SIZE) ?? '-1';
  const rowsMax = Number(size);
  if (!Number.isSafeInteger(rowsMax) || rowsMax <= 0) throw new TableError('TABLE_OPTION_INVALID', `${SIZE} is '${size}' while ${ENABLED} is true: give the number of rows to gather, such as 5000`);
  return { latencyMs, rowsMax };
}

export type AggregatePhases = 'AUTO' | 'ONE_PHASE' | 'TWO_PHASE';

/** table.optimizer.agg-phase-strategy. Throws TABLE_OPTION_INVALID. */
export function aggregatePhasesOf(settings: Pick<Settings, 'option'>): AggregatePhases {
  const key = 'table.optimizer.agg-phase-strategy';
  const value = settings.option(key)?.toUpperCase() ?? 'AUTO';
  if (value === 'AUTO' || value === 'ONE_PHASE' || value === 'TWO_PHASE') return value;
  throw new TableError('TABLE_OPTION_INVALID', `${key} is '${value}': give AUTO, ONE_PHASE or TWO_PHASE`);
}
