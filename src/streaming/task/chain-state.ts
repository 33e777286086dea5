// What the generated loops of one chain share with the task: where they are, for error reports, and what they saw.
export class ChainState {
  /** Index of the operator that runs; for error messages. */
  operator = 0;
  /** Row of the current batch. */
  row = 0;
  /** Highest event time of the current split. */
  maxTimestamp = Number.NEGATIVE_INFINITY;
  /** Rows given to the chain's sinks: Flink's numRecordsSend. */
  sent = 0;
  /** Watermark that has passed the whole chain. */
  watermark = Number.NEGATIVE_INFINITY;
}
