// A batch loop in front of which the keys of the batch are read ahead, where the state backend of a chain's head wants that.
// Keys are read twice then: here, by a loop generated from what the key selector reads, and with their records. A selector of
// the user is called twice as well, as Flink does where records cross an exchange. Thread: the slot's.
import { accessOf } from '#core/codegen/function-access';
import { rowReadCode, READ_SCOPE } from '#core/codegen/row-layout-code';
import { readScope } from '#core/codegen/row-reader';
import type { Batch } from '#core/columns/frame';
import type { Schema } from '#core/columns/schema';
import type { KeySpecification } from '#core/keys/key-specification';
import type { KeyReadAhead } from '#state/keyed/keyed-state-backend';
import type { BatchLoop } from '#streaming/task/operator-chain';

type AddKeys = (batch: Batch, ahead: KeyReadAhead, selector: KeySpecification['selector']) => void;

/** @param readAheadOf asked per batch: a backend opens with its first state. */
export function readingKeysAhead(loop: BatchLoop, schema: Schema, { selector }: KeySpecification, readAheadOf: () => KeyReadAhead | undefined): BatchLoop {
  let addKeys: AddKeys | undefined;
  return (batch, from) => {
    // What blocked outputs have left of a batch was read ahead with the rest.
    const ahead = from === 0 ? readAheadOf() : undefined;
    if (ahead?.begin((batch as Batch).count) === true) {
      addKeys ??= createAddKeys(schema, selector);
      addKeys(batch as Batch, ahead, selector);
      ahead.finish();
    }
    return loop(batch, from);
  };
}

function createAddKeys(schema: Schema, selector: KeySpecification['selector']): AddKeys {
  const read = rowReadCode(schema, { reads: accessOf(selector).reads, decoding: 'decoding' });
  const text = `
    const decoding = { isBlock: true };
    return function addKeys(batch, ahead, selector) {
      ${read.prelude}
      const to = batch.count;
      for (let i = 0; i < to; i++) ahead.add(selector(${read.value}));
      ${read.epilogue}
    };`;
  return new Function(...READ_SCOPE, `"use strict";\n${text}\n//# sourceURL=millrace-keys-ahead.js`)(...readScope(schema)) as AddKeys;
}
