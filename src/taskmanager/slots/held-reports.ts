// The end of a task is told when the event loop has had its turn: a promise that user code let fall, or a callback of it, may
// still fail the slot, and a job that has ended cannot fail any more. All other reports keep their order. Thread: the slot's.
import type { SlotReport } from '#cluster/messages/slot-messages';
import type { Clock } from '#platform/clock/clock';

/** @returns the report function of a slot; the failure of the slot itself passes what is held. */
export function holdFinishedReports(post: (report: SlotReport) => void, clock: Clock): (report: SlotReport) => void {
  let held: SlotReport[] = [];
  const release = (): void => {
    const due = held;
    held = [];
    for (const report of due) post(report);
  };
  return (report) => {
    if (report.kind === 'slot-failed') return post(report);
    const isEnd = report.kind === 'task-status' && report.status === 'FINISHED';
    if (held.length === 0 && !isEnd) return post(report);
    if (held.push(report) === 1) void clock.yieldToEventLoop().then(release);
  };
}
