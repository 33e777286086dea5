import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Types } from '#core/types/type-information';
import { NodeFiles } from '#platform/files/node-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { FileSpill } from '#streaming/task/file-spill';
import { Edge } from '../../shuffle/result-partition/edge-harness.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-spill-'));
after(() => rmSync(directory, { recursive: true }));

describe('overdraft in a file', () => {
  test('a record that makes 300,000 rows keeps a few MiB in memory, and its file is gone when all are read', () => {
    const files = new NodeFiles(new SeededRandom(7));
    const rows = 300_000;
    let spills = 0;
    let spilledBytes = 0;
    const edge = new Edge({
      type: Types.ROW({ id: Types.LONG, twice: Types.LONG }), dataBytes: 65_536, overdraftBytesMax: 1 << 20,
      createSpill: () => new FileSpill(files, join(directory, `overdraft-${spills++}`), (bytes) => { spilledBytes += bytes; }),
    });
    for (let id = 0; id < rows; id++) edge.writer.emit({ id, twice: id * 2 }, id);
    assert.equal(spills, 1);
    const [name] = readdirSync(directory);
    const inFile = files.sizeSync(join(directory, name!));
    assert.equal(spilledBytes, inFile);
    assert.ok(inFile > 6_000_000, `${inFile} bytes in the file`);
    assert.ok(edge.writer.channels[0]!.overdraftBytes - inFile <= 1 << 20);
    edge.settle();
    const events = edge.events[0]!;
    assert.equal(events.length, rows);
    assert.ok(events.every((event, id) => 'row' in event && event.time === id && (event.row as { twice: number }).twice === id * 2));
    assert.deepEqual(readdirSync(directory), []);
  });

  test('a closed spill leaves no file, however often it is closed', () => {
    const spill = new FileSpill(new NodeFiles(new SeededRandom(7)), join(directory, 'closed'), () => undefined);
    const position = spill.append(Uint8Array.of(1, 2, 3));
    const into = new Uint8Array(3);
    spill.read(position, into);
    assert.deepEqual([...into], [1, 2, 3]);
    spill.close();
    spill.close();
    assert.deepEqual(readdirSync(directory), []);
  });
});
