import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NO_BLOB } from '#state/tables/blob-heap';
import { MemoryManager } from '#state/tables/memory-manager';
import { NumericKeyTable } from '#state/tables/numeric-key-table';
import { RowByRowCut } from '#state/tables/row-by-row-cut';
import { RowLists } from '#state/tables/row-lists';

interface Listed {
  readonly row: number;
  readonly value: number;
  blob: string | undefined;
}

const NO_KEYS = { f64: 0, i32: 0, hasAny: false };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function open(memory = MemoryManager.unshared(1 << 24)): { keys: NumericKeyTable; lists: RowLists; memory: MemoryManager } {
  const keys = new NumericKeyTable(memory, 'test', NO_KEYS);
  return { keys, lists: new RowLists(memory, 'test', { f64: 1, i32: 0, hasAny: false }, keys.columns), memory };
}

/** What the list of a key holds, walked forwards; backwards it must be the same. */
function listOf(lists: RowLists, keyRow: number): { value: number; blob: string | undefined }[] {
  const rows: number[] = [];
  for (let row = lists.firstOf(keyRow); row !== -1; row = lists.nextOf(row)) rows.push(row);
  const back: number[] = [];
  for (let row = lists.lastOf(keyRow); row !== -1; row = lists.previousOf(row)) back.push(row);
  assert.deepEqual(back.reverse(), rows);
  assert.equal(lists.countOf(keyRow), rows.length);
  return rows.map((row) => {
    const blob = lists.blobOf(row);
    const start = blob === NO_BLOB ? 0 : lists.blobs.offsetOf(blob);
    return { value: lists.columns.f64[0]![row]!, blob: blob === NO_BLOB ? undefined : decoder.decode(lists.blobs.bytesOf(blob).slice(start, start + lists.blobs.lengthOf(blob))) };
  });
}

test('lists of rows per key do what arrays do: appended, inserted in order, removed, with blobs; a cut of the keys saves whole lists', () => {
  const step = fc.record({ kind: fc.constantFrom('append', 'append', 'order', 'remove', 'removeAll', 'blob', 'cut'), key: fc.integer({ min: 1, max: 6 }), value: fc.integer({ min: 1, max: 50 }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    const { keys, lists, memory } = open();
    const model = new Map<number, Listed[]>();
    let cut: { readonly cut: RowByRowCut; readonly seen: Map<number, unknown>; readonly expected: Map<number, unknown> } | undefined;
    const contents = (): Map<number, unknown> => new Map([...model].map(([key, list]) => [key, list.map(({ value, blob }) => ({ value, blob }))]));
    const finish = (): void => {
      assert.ok(cut!.cut.saveWhile(() => true));
      assert.deepEqual(cut!.seen, cut!.expected);
      cut = undefined;
    };
    for (const { kind, key, value } of steps) {
      // As a batch does: looking the keys up for writing announces them.
      const keyRow = keys.findOrInsert(key);
      const list = model.get(key) ?? [];
      model.set(key, list);
      if (kind === 'append' || kind === 'order') {
        const at = kind === 'append' ? list.length : list.findIndex((one) => one.value > value);
        const row = at === -1 || at === list.length ? lists.append(keyRow) : lists.insertBefore(keyRow, list[at]!.row);
        assert.equal(lists.columns.f64[0]![row], 0, 'a new row is clean');
        lists.columns.f64[0]![row] = value;
        list.splice(at === -1 ? list.length : at, 0, { row, value, blob: undefined });
      } else if (kind === 'remove' && list.length > 0) {
        lists.remove(keyRow, list.splice(value % list.length, 1)[0]!.row);
      } else if (kind === 'removeAll') {
        lists.removeAll(keyRow);
        list.length = 0;
      } else if (kind === 'blob' && list.length > 0) {
        const one = list[value % list.length]!;
        one.blob = 'b'.repeat(value * 3);
        lists.writeBlob(one.row, encoder.encode(one.blob), 0, one.blob.length);
      } else if (kind === 'cut') {
        if (cut !== undefined) finish();
        const seen = new Map<number, unknown>();
        cut = { cut: new RowByRowCut(keys.columns, (row) => seen.set(keys.keyAt(row), listOf(lists, row))), seen, expected: new Map([...contents()].sort(([a], [b]) => a - b)) };
      }
      assert.deepEqual(listOf(lists, keyRow), list.map(({ value: held, blob }) => ({ value: held, blob })));
    }
    if (cut !== undefined) finish();
    lists.clear();
    lists.release();
    keys.release();
    assert.equal(memory.usedBytes, 0);
  }), { numRuns: 200 });
});

test('matches of a batch come pair by pair, however few fit at a time', () => {
  const { keys, lists } = open();
  const keyRows = new Int32Array(5);
  keys.findOrInsertMany(Float64Array.of(1, 2, 1, 3, 1), 0, 5, keyRows);
  const rows = new Int32Array(5);
  lists.appendMany(keyRows, 5, rows);
  const probe = Int32Array.of(keyRows[3]!, -1, keyRows[0]!, keyRows[1]!, keyRows[0]!);
  const expected = [[0, rows[3]], [2, rows[0]], [2, rows[2]], [2, rows[4]], [3, rows[1]], [4, rows[0]], [4, rows[2]], [4, rows[4]]];
  for (let room = 1; room <= 9; room++) {
    const cursor = { position: 0, row: -1 };
    const positions = new Int32Array(room);
    const matched = new Int32Array(room);
    const pairs: number[][] = [];
    for (let count = room; count === room;) {
      count = lists.matchMany(probe, 5, cursor, positions, matched);
      for (let i = 0; i < count; i++) pairs.push([positions[i]!, matched[i]!]);
    }
    assert.deepEqual(pairs, expected);
  }
});
