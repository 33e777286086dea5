// `npm run simulate -- --seeds N [--from S] [--seed N] [--sql]`: runs seeds one after the other and says which fail.
import { runSeed, runSqlSeed } from './simulated-run.js';

const words = process.argv.slice(2);
const option = (name: string, otherwise: number): number => {
  const at = words.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(words[at + 1]);
};
const only = words.includes('--seed') ? option('seed', 0) : undefined;
const from = only ?? option('from', 1);
const count = only === undefined ? option('seeds', 200) : 1;
const isSql = words.includes('--sql');
const startMs = Date.now();
let steps = 0;
const failed: number[] = [];
for (let seed = from; seed < from + count; seed++) {
  const before = Date.now();
  const result = await (isSql ? runSqlSeed(seed) : runSeed(seed));
  steps += result.steps;
  if (result.failure !== undefined) failed.push(seed);
  if (result.failure !== undefined || only !== undefined) {
    console.log(`seed ${seed}: ${result.failure ?? 'right'} (${result.steps} steps, ${Date.now() - before} ms)`);
    if (only !== undefined) console.log([JSON.stringify(result.scenario), ...result.story].join('\n'));
    else console.log(`  npm run simulate -- --seed ${seed}${isSql ? ' --sql' : ''}`);
  }
}
console.log(`${count} seeds, ${failed.length} failed, ${Math.round(steps / count)} steps and ${((Date.now() - startMs) / count).toFixed(0)} ms each`);
if (failed.length > 0) process.exitCode = 1;
