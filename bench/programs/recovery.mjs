// A job with much keyed state: fills it, says so, and goes on with few rows. After a restart it says when its first row
// came. Arguments: keys, characters of each value.
import { writeSync } from 'node:fs';
import { DataGeneratorSource, BlackholeSink, KeyedProcessFunction, Types, ValueStateDescriptor, WatermarkStrategy } from 'millrace';

const STDOUT = 1;
const cell = new Int32Array(new SharedArrayBuffer(4));

class Remember extends KeyedProcessFunction {
  #state;
  #keys;
  #attempt = 0;
  #seen = 0;

  constructor(keys) {
    super();
    this.#keys = keys;
  }

  open(context) {
    this.#state = context.getState(new ValueStateDescriptor('value', Types.STRING));
    this.#attempt = context.getTaskInfo().getAttemptNumber();
  }

  processElement(row, context, out) {
    if (this.#seen++ === 0 && this.#attempt > 0) writeSync(STDOUT, `first ${Date.now()} ${this.#state.value() === null ? 'without state' : 'with state'}\n`);
    if (row.index < this.#keys) this.#state.update(row.value);
    else if (row.index === this.#keys) writeSync(STDOUT, 'filled\n');
    out.collect(row.key);
  }
}

export default (env, [keys, chars]) => {
  const count = Number(keys);
  const at = (index) => {
    // Slow at the source, so that barriers do not wait behind rows.
    if (index >= count && index % 20 === 0) Atomics.wait(cell, 0, 0, 1);
    return { index, key: index % count, value: `${index}`.padEnd(Number(chars), 'x') };
  };
  env.fromSource(new DataGeneratorSource(at, Number.MAX_SAFE_INTEGER, { type: Types.ROW({ index: Types.LONG, key: Types.LONG, value: Types.STRING }) }), WatermarkStrategy.noWatermarks(), 'rows').uid('rows')
    .keyBy('key').process(new Remember(count)).uid('remember').sinkTo(new BlackholeSink()).uid('sink');
};
