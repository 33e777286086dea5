// Counts the words of a text file:  npx millrace run examples/word-count.ts --input README.md
// Prints each word with its number of occurrences once the whole file is read.
import { TumblingEventTimeWindows, Types, WatermarkStrategy, type Collector, type StreamExecutionEnvironment } from 'millrace';

const WORD = Types.ROW({ word: Types.STRING, count: Types.LONG });

export default function wordCount(env: StreamExecutionEnvironment, args: readonly string[]): void {
  env.readTextFile(optionOf(args, 'input') ?? 'README.md')
    .flatMap((line, out: Collector<{ word: string; count: number }>) => {
      for (const word of line.toLowerCase().split(/[^\p{L}\p{N}]+/u)) if (word !== '') out.collect({ word, count: 1 });
    }).returns(WORD)
    // A file has no event times: one window holds all of it and fires at its end.
    .assignTimestampsAndWatermarks(WatermarkStrategy.noWatermarks<{ word: string; count: number }>().withTimestampAssigner(() => 0))
    .keyBy('word')
    .window(TumblingEventTimeWindows.of(1))
    .sum('count')
    .map(({ word, count }) => `${word}: ${count}`)
    .print();
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(`--${name}`);
  return at === -1 ? undefined : args[at + 1];
}

// Output at parallelism 1, sorted, for a file that holds `To be, or not to be`:
//   be: 2
//   not: 1
//   or: 1
//   to: 2
