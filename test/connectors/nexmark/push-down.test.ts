import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NexmarkSource } from '#connectors/nexmark/source';
import { columnsRead } from '#connectors/nexmark/projection';
import { FieldTree } from '#core/codegen/field-tree';
import { NexmarkSource as PackagedSource, StreamExecutionEnvironment, WatermarkStrategy } from 'millrace';

function treeOf(...paths: readonly string[]): FieldTree {
  const tree = new FieldTree();
  for (const path of paths) tree.at(path.split('.'));
  return tree;
}

async function pricesOf(options: { readonly isPushDown: boolean }): Promise<readonly unknown[]> {
  const env = StreamExecutionEnvironment.createLocalEnvironment({ inline: true, parallelism: 1 });
  const events = env.fromSource(new PackagedSource({ events: 3000, ...options }), WatermarkStrategy.noWatermarks(), 'Nexmark');
  return events.filter((event) => event.bid !== null).map((event) => ({ auction: event.bid!.auction, url: event.bid!.url })).executeAndCollect();
}

describe('a Nexmark source that makes only what is read', () => {
  it('names the columns of nested records, and one of a record that is only asked whether it is there', () => {
    assert.deepEqual(columnsRead(treeOf('eventType', 'bid.price', 'bid.url', 'person')), ['eventType', 'person.id', 'bid.price', 'bid.url']);
  });

  it('makes the kind of each event where nothing is read, and everything where that cannot be known', () => {
    assert.deepEqual(columnsRead(new FieldTree()), ['eventType']);
    assert.equal(columnsRead(FieldTree.all()), undefined);
  });

  it('is narrowed on request only, and never against columns that were asked for', () => {
    const reads = treeOf('bid.price');
    for (const source of [new NexmarkSource({ events: 1 }), new NexmarkSource({ events: 1, isPushDown: true, columns: ['bid.url'] })]) assert.equal(source.narrowedTo(reads), source);
    const narrowed = new NexmarkSource({ events: 1, isPushDown: true }).narrowedTo(reads);
    assert.deepEqual((narrowed.producedType as { readonly fields: readonly { readonly name: string }[] }).fields.map(({ name }) => name), ['bid']);
  });

  it('gives a program the rows that the whole source gives it', async () => {
    const rows = await pricesOf({ isPushDown: true });
    assert.equal(rows.length, 2760);
    assert.deepEqual(rows, await pricesOf({ isPushDown: false }));
  });
});
