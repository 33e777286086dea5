import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareStates } from '#client/savepoint/state-comparison';
import type { SnapshotState, SnapshotStateKind } from '#client/savepoint/snapshot-states';

function state(section: string, kind: SnapshotStateKind): SnapshotState {
  return { name: section, kind, section, serializers: {}, columns: [], bytes: 0, rows: () => [] };
}

function outcomes(...args: Parameters<typeof compareStates>): string[] {
  return compareStates(...args).map(({ name, outcome }) => `${name}: ${outcome}`);
}

describe('states of an operator compared', () => {
  const TABLES = state('window/tables', 'window');
  const ON_DISK = [TABLES, state('state/window-contents', 'map'), state('window-timers/event', 'timers')];

  test('timers far off are read with the others, and dropped where the operator has no timers', () => {
    const written = [state('timers/event', 'timers'), state('timers/event-far', 'timers')];
    assert.deepEqual(outcomes(written, [state('timers/event', 'timers')]), ['timers/event: restored', 'timers/event-far: restored']);
    assert.deepEqual(outcomes(written, []), ['timers/event: dropped', 'timers/event-far: dropped']);
  });

  test('an operator reads the form that its state has on the other backend, and what is filled from there is not new', () => {
    assert.deepEqual(outcomes(ON_DISK, [TABLES], ON_DISK), ['window/tables: restored', 'state/window-contents: restored', 'window-timers/event: restored']);
    assert.deepEqual(outcomes([TABLES], ON_DISK, [TABLES]), ['window/tables: restored']);
  });

  test('state that both forms declare is new', () => {
    const own = state('state/own', 'value');
    assert.deepEqual(outcomes([TABLES], [...ON_DISK, own], [TABLES, own]), ['window/tables: restored', 'state/own: new']);
  });
});
