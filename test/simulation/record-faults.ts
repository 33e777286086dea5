// `npm run simulate -- --faults`: looks for every planted fault anew and records the first seed that finds it.
import { writeFileSync } from 'node:fs';
import { ALL_SEEDS, FOUND_SEEDS_FILE, huntFault } from './fault-hunt.js';
import { PLANTED_FAULTS } from './planted-faults.js';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const seeds: Record<string, number> = {};
for (const fault of PLANTED_FAULTS.filter(({ name }) => words.every((word) => name.includes(word)))) {
  const startMs = Date.now();
  const found = await huntFault(fault, ALL_SEEDS).catch((error: unknown) => ({ seed: -1, failure: (error as Error).message }));
  if (found !== undefined) seeds[fault.name] = found.seed;
  console.log(`${found?.seed ?? 'NOT FOUND'}  ${fault.name}: ${found?.failure.slice(0, 160) ?? ''} (${Date.now() - startMs} ms)`);
}
if (words.length === 0) writeFileSync(FOUND_SEEDS_FILE, `${JSON.stringify(seeds, undefined, 2)}\n`);
