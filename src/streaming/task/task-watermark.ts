// The combined watermark of a task in its snapshot: a restored task starts from it, so that what was late stays late.
// All old subtasks saw the same watermarks before the barrier; after a rescale the smallest of them holds.
import { MIN_WATERMARK } from '#core/time/watermarks';
import { decodePlain, encodePlain } from '#core/serialization/plain-value';
import type { OperatorSnapshot } from '#state/snapshot/operator-snapshot';
import type { TaskDescription } from '#streaming/task/task-description';

const SECTION = 'task/watermark';
const SECTION_VERSION = 1;

/** The head operator's snapshot with the task's watermark added. */
export function withTaskWatermark(snapshot: OperatorSnapshot | undefined, watermark: number): OperatorSnapshot {
  const operator = snapshot?.operator ?? [];
  return {
    ...snapshot,
    keyed: snapshot?.keyed ?? [],
    // MIN_WATERMARK is told too: left out, the old subtask would not hold the smallest down.
    operator: [...operator, { name: SECTION, version: SECTION_VERSION, mode: 'union', items: [encodePlain(watermark)] }],
  };
}

/** MIN_WATERMARK on a fresh start. */
export function readTaskWatermark(description: TaskDescription): number {
  const items = description.restored?.(description.operators[0]!.operatorId).operator(SECTION) ?? [];
  return items.length === 0 ? MIN_WATERMARK : Math.min(...items.map((item) => decodePlain(item.bytes) as number));
}
