import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHECKPOINT_STATUS } from '#cluster/status/checkpoint-status';
import { EXECUTION_STATE } from '#cluster/status/execution-state';
import { JOB_STATUS, isGloballyTerminal } from '#cluster/status/job-status';
import { SLOT_STATUS } from '#cluster/status/slot-status';
import { formatStateMachines } from '#cluster/status/state-machines';
import { canTransition, isTerminal, transition, type TransitionTable } from '#cluster/status/transition-table';

const TABLES: readonly TransitionTable<string>[] = [JOB_STATUS, EXECUTION_STATE, CHECKPOINT_STATUS, SLOT_STATUS];

describe('status machines', () => {
  for (const table of TABLES) {
    test(`${table.name}: every pair of statuses either moves or throws, as the table says`, () => {
      const statuses = Object.keys(table.next);
      for (const from of statuses) {
        for (const to of statuses) {
          if (table.next[from]!.includes(to)) assert.equal(transition(table, from, to), to);
          else assert.throws(() => transition(table, from, to), new RegExp(`${table.name} cannot go from ${from} to ${to}`));
        }
      }
    });

    test(`${table.name}: an end is reachable from every status, and no status follows itself`, () => {
      for (const start of Object.keys(table.next)) {
        const seen = new Set([start]);
        for (const status of seen) for (const follower of table.next[status]!) seen.add(follower);
        assert.ok([...seen].some((status) => isTerminal(table, status)), `${start} leads to an end`);
        assert.equal(canTransition(table, start, start), false);
      }
    });
  }

  test('a job that another leader may take up is not globally terminal', () => {
    assert.equal(isGloballyTerminal('SUSPENDED'), false);
    assert.deepEqual((['FINISHED', 'FAILED', 'CANCELED'] as const).map(isGloballyTerminal), [true, true, true]);
  });

  test('docs/state-machines.md is the printed tables', () => {
    const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
    assert.equal(readFileSync(join(root, 'docs', 'state-machines.md'), 'utf8'), formatStateMachines());
  });
});
