// A slot as the TaskManager's main thread sees it: a worker thread (worker-slot.ts), or a loop in this very thread
// (inline-slot.ts). Invariant: after `release` no report and no end of it is heard any more. Thread: main.
import type { SerializedError } from '#core/errors/engine-error';
import type { SlotCommand, SlotReport } from '#cluster/messages/slot-messages';
import type { SlotStatus } from '#cluster/status/slot-status';

export interface SlotListener {
  readonly onReport: (report: SlotReport) => void;
  /** The slot ended although nobody released it. */
  readonly onLost: (error: SerializedError) => void;
}

export interface SlotHandle {
  readonly status: SlotStatus;
  allocate(listener: SlotListener): void;
  post(command: SlotCommand): void;
  /** Ends the slot, whatever it does. Idempotent. */
  release(): Promise<void>;
}
