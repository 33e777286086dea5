// The timers of windows in keyed state, and the watermark or the clock that fires them; firing is resumable, and a watermark goes
// on when everything up to it has fired. hot path. Thread: the slot's.
import { assert } from '#core/assert';
import { MIN_WATERMARK } from '#core/time/watermarks';
import { Types } from '#core/types/type-information';
import { InternalTimerService, type TimerCallback } from '#state/timers/internal-timer-service';
import type { OperatorContext } from '#streaming/operator/stream-operator';
import { WINDOW_TIMERS } from '#streaming/window/keyed-window-restore';

export class KeyedWindowTimers {
  readonly service: InternalTimerService;
  watermark = MIN_WATERMARK;
  /** Fire up to here: the watermark, or the processing time. */
  targetTime = Number.NEGATIVE_INFINITY;
  readonly #context: OperatorContext;
  readonly #isEventTime: boolean;
  readonly #fire: TimerCallback;
  readonly #shouldStop = (): boolean => this.#context.output.isBlocked;
  #isWatermarkDue = false;

  /** @param fire is called with the timer's key current. */
  constructor(context: OperatorContext, isEventTime: boolean, fire: TimerCallback) {
    assert(context.keyedState !== undefined, 'a keyed operator has keyed state');
    this.service = new InternalTimerService({ backend: context.keyedState, memory: context.memory, namespaceType: Types.INT, name: WINDOW_TIMERS });
    this.#context = context;
    this.#isEventTime = isEventTime;
    this.#fire = fire;
  }

  /** For the current key. @param end of a window, exclusive, in ms: it fires when its last ms is over. */
  registerEnd(end: number): void {
    if (this.#isEventTime) this.service.registerEventTimeTimer(undefined, end - 1);
    else this.service.registerProcessingTimeTimer(undefined, end - 1);
  }

  onWatermark(watermark: number): void {
    this.watermark = watermark;
    this.#isWatermarkDue = true;
    if (this.#isEventTime) this.targetTime = watermark;
  }

  onProcessingTime(nowMs: number): void {
    // A window is over once its end is reached: with whole ms its last time is end - 1.
    if (!this.#isEventTime) this.targetTime = Math.floor(nowMs) - 1;
  }

  nextProcessingTime(): number {
    return this.service.nextProcessingTime() + 1;
  }

  /** Fires timers up to the target time; false when the output is blocked. */
  fire(): boolean {
    return this.#isEventTime ? this.service.advanceWatermark(this.targetTime, this.#fire, this.#shouldStop)
      : this.service.advanceProcessingTime(this.targetTime, this.#fire, this.#shouldStop);
  }

  /** After everything up to it has fired. */
  emitWatermark(): void {
    if (!this.#isWatermarkDue) return;
    this.#isWatermarkDue = false;
    this.#context.output.emitWatermark(this.watermark);
  }
}
