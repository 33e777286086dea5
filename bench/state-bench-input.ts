// Inputs and the stopwatch of the state benches: fixed seeds, CPU time, competitors in turn.

/** CPU ns per operation of each competitor: the best of `rounds` alternating rounds after one to warm up. */
export function bestNanoseconds(operations: number, rounds: number, competitors: readonly (() => unknown)[]): number[] {
  const best = competitors.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++) {
    competitors.forEach((run, i) => {
      globalThis.gc?.();
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      if (round > 0) best[i] = Math.min(best[i]!, ((user + system) * 1000) / operations);
    });
  }
  return best;
}

/** Integers in [1, keyCount], each as likely. */
export function randomKeys(count: number, keyCount: number): Float64Array {
  const keys = new Float64Array(count);
  let state = 0x2545f491;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    keys[i] = ((state >>> 0) % keyCount) + 1;
  }
  return keys;
}

/** 100 events per millisecond, as 100,000 events per second of event time. */
export function risingTimestamps(count: number): Float64Array {
  const timestamps = new Float64Array(count);
  for (let i = 0; i < count; i++) timestamps[i] = Math.floor(i / 100);
  return timestamps;
}
