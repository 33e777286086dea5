// Looks for a planted fault with the seeds that it is given, and knows which seeds have found it before.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildFaultyEngine } from './faulty-engine.js';
import type { PlantedFault } from './planted-faults.js';

export const SEEDS_MAX = 200;
export const ALL_SEEDS: readonly number[] = Array.from({ length: SEEDS_MAX }, (_, index) => index + 1);
/** By the fault's name: the first seed that has found it. */
export const FOUND_SEEDS_FILE = fileURLToPath(new URL('../../../test/simulation/found-seeds.json', import.meta.url));
const DIRECTORY = fileURLToPath(new URL('./planted/', import.meta.url));
const HUNT_MS_MAX = 180_000;

export interface FoundFault {
  readonly seed: number;
  readonly failure: string;
}

export function readFoundSeeds(): Readonly<Record<string, number>> {
  return JSON.parse(readFileSync(FOUND_SEEDS_FILE, 'utf8')) as Record<string, number>;
}

/** The first of `seeds` that finds the fault; undefined when none does. */
export async function huntFault(fault: PlantedFault, seeds: readonly number[]): Promise<FoundFault | undefined> {
  mkdirSync(DIRECTORY, { recursive: true });
  const engine = `${DIRECTORY}${fault.name.replaceAll(/\W+/g, '-')}-${process.pid}.mjs`;
  try {
    await buildFaultyEngine(fault, engine);
    const { stdout } = await promisify(execFile)(process.execPath, [engine, ...seeds.map(String)], { timeout: HUNT_MS_MAX, maxBuffer: 2 ** 26 });
    return (JSON.parse(stdout.trim().split('\n').at(-1)!) as FoundFault | null) ?? undefined;
  } finally {
    rmSync(engine, { force: true });
  }
}
