// Simulation finds what it is there to find. With MILLRACE_FULL every fault is looked for anew, else with the seed that has
// found it before: a change of the engine may have led that seed elsewhere, then the search goes on.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL_SEEDS, huntFault, readFoundSeeds, SEEDS_MAX } from './fault-hunt.js';
import { PLANTED_FAULTS } from './planted-faults.js';

const isSearchedAnew = process.env['MILLRACE_FULL'] !== undefined;

describe('a planted fault is found by simulation within 200 seeds:', () => {
  const recorded = readFoundSeeds();

  for (const fault of PLANTED_FAULTS) {
    test(fault.name, async () => {
      const seed = recorded[fault.name];
      const seeds = isSearchedAnew || seed === undefined ? ALL_SEEDS : [seed, ...ALL_SEEDS];
      assert.ok(await huntFault(fault, seeds), `no seed up to ${SEEDS_MAX} finds it: make scenarios meet it, see test/simulation/scenario.ts`);
    });
  }

  test('and the list of faults is the list of recorded seeds', () => {
    assert.ok(PLANTED_FAULTS.length >= 20);
    assert.deepEqual(Object.keys(recorded).toSorted(), PLANTED_FAULTS.map(({ name }) => name).toSorted());
    assert.deepEqual(Object.entries(recorded).filter(([, seed]) => !ALL_SEEDS.includes(seed)), []);
  });
});
