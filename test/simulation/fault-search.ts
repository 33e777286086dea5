// Entry of a simulation with a planted fault, in a process of its own: runs the seeds of its arguments until one finds the
// fault, and prints that one with what it found, or null.
import { runSeed } from './simulated-run.js';

const seeds = process.argv.slice(2).map(Number);
let current = -1;

function found(failure: string): never {
  console.log(JSON.stringify({ seed: current, failure }));
  process.exit(0);
}

// A fault may break what nobody waits for.
process.on('uncaughtException', (error) => found(`uncaught: ${error.message}`));
process.on('unhandledRejection', (error) => found(`unhandled: ${String(error)}`));

for (const seed of seeds) {
  current = seed;
  try {
    const { failure } = await runSeed(seed);
    if (failure !== undefined) found(failure);
  } catch (error) {
    found(`thrown: ${(error as Error).message}`);
  }
}
console.log('null');
