// Event times are milliseconds as JS numbers. Flink's Long.MIN/MAX become infinities inside the engine and are spelled
// as Flink's values at every border (REST, printing).

/** End of a bounded stream: every event-time timer fires. */
export const MAX_WATERMARK = Number.POSITIVE_INFINITY;
/** Nothing is known yet. */
export const MIN_WATERMARK = Number.NEGATIVE_INFINITY;

const LONG_MAX_TEXT = '9223372036854775807';
const LONG_MIN_TEXT = '-9223372036854775808';

/** As Flink prints it. */
export function formatEventTime(timestamp: number): string {
  if (timestamp === MAX_WATERMARK) return LONG_MAX_TEXT;
  if (timestamp === MIN_WATERMARK) return LONG_MIN_TEXT;
  return String(timestamp);
}
