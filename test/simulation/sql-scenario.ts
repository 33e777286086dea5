// What happens in a simulated run of a query: as in other runs, with fewer and smaller rows, since each deployment plans the query anew.
import type { SeededRandom } from '#platform/random/seeded-random';
import type { InputShape } from './input.js';
import { drawScenario, greatestParallelism, RING_KB, type Scenario } from './scenario.js';
import { SQL_PIPELINES } from './sql-pipelines.js';

/** Exchanges of a query at most. */
const EXCHANGES = 8;
const INPUT: Partial<InputShape> = { isOnDemand: false, padChars: 10, rowsPerSplit: 30, keys: 5 };

/** Seeds that follow each other take the queries in turn. */
export function drawSqlScenario(seed: number, random: SeededRandom): Scenario {
  const scenario = drawScenario(seed, random);
  const { job, parallelism, disturbances } = scenario;
  const network = `${greatestParallelism(parallelism, disturbances) ** 2 * EXCHANGES * RING_KB} kb`;
  return {
    ...scenario,
    job: { ...job, pipelines: [SQL_PIPELINES[seed % SQL_PIPELINES.length]!.name], hasTwoRegions: false, first: { ...job.first, ...INPUT }, second: { ...job.second, ...INPUT } },
    settings: { ...scenario.settings, 'taskmanager.memory.network.min': network, 'taskmanager.memory.network.max': network },
  };
}

export function undisturbed(scenario: Scenario): Scenario {
  return { ...scenario, parallelism: 1, disturbances: [], stalls: { probability: 0, stepsMax: 0 } };
}
