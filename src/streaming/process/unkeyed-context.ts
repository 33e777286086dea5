// What the methods of a process function without keys see: time and side outputs, but no timers.
// One per operator, reused for every call. Thread: the slot's.
import { StreamingError } from '#streaming/errors';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import type { OutputTag } from '#streaming/process/output-tag';
import type { ProcessContext, TimerService } from '#streaming/process/process-functions';
import type { UserEmission } from '#streaming/process/user-emission';

export class UnkeyedContext implements ProcessContext, TimerService {
  watermark = Number.NEGATIVE_INFINITY;
  readonly #operator: OperatorContext;
  readonly #emission: UserEmission;

  constructor(operator: OperatorContext, emission: UserEmission) {
    this.#operator = operator;
    this.#emission = emission;
  }

  timestamp(): number | null {
    const timestamp = this.#emission.timestamp;
    return Number.isNaN(timestamp) ? null : timestamp;
  }

  timerService(): TimerService {
    return this;
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    this.#operator.output.collectSide(tag.id, value, this.#emission.timestamp);
  }

  currentProcessingTime(): number {
    return Math.floor(this.#operator.clock.now());
  }

  currentWatermark(): number {
    return this.watermark;
  }

  registerEventTimeTimer(): void {
    this.#refuseTimer();
  }

  registerProcessingTimeTimer(): void {
    this.#refuseTimer();
  }

  deleteEventTimeTimer(): void {
    this.#refuseTimer();
  }

  deleteProcessingTimeTimer(): void {
    this.#refuseTimer();
  }

  #refuseTimer(): never {
    const operator = this.#operator.operatorName;
    throw new StreamingError('TIMER_NEEDS_KEYED_STREAM', `${operator} sets or deletes a timer but its stream is not keyed: call keyBy before it`, { context: { operator } });
  }
}
