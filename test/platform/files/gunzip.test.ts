import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createSyncGunzip, WholeFileGunzip, type SyncGunzip } from '#platform/files/gunzip';

/** Unpacks `packed`, given in pieces of `pushBytes`; the code of the error when it fails. */
function unpack(gunzip: SyncGunzip, packed: Uint8Array, pushBytes: number): Buffer | string {
  const pieces: Uint8Array[] = [];
  const drain = (): void => {
    for (let piece = gunzip.pull(); piece !== undefined; piece = gunzip.pull()) pieces.push(piece);
  };
  try {
    for (let at = 0; at < packed.length; at += pushBytes) {
      gunzip.push(packed.subarray(at, at + pushBytes));
      drain();
    }
    gunzip.finish();
    drain();
    return Buffer.concat(pieces);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    gunzip.close();
  }
}

test('streaming and whole-file unpacking agree on members, padding, pieces, cuts and damage', () => {
  assert.equal(createSyncGunzip('/a', 10) instanceof WholeFileGunzip, false, 'this Node has the streaming binding');
  const member = fc.uint8Array({ maxLength: 400 });
  fc.assert(fc.property(fc.array(member, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 500 }), fc.option(fc.nat()), fc.option(fc.nat()), fc.constantFrom(0, 1, 100), (members, pushBytes, chunkBytes, cut, flip, padding) => {
    let packed: Uint8Array = Buffer.concat([...members.map((bytes) => gzipSync(bytes)), new Uint8Array(padding)]);
    if (cut !== null) packed = packed.slice(0, cut % packed.length);
    if (flip !== null && packed.length > 0) packed[flip % packed.length]! ^= 0x55;
    const streamed = unpack(createSyncGunzip('/a', chunkBytes), packed, pushBytes);
    const whole = unpack(new WholeFileGunzip('/a', chunkBytes), packed, pushBytes);
    if (cut === null && flip === null) assert.deepEqual(streamed, Buffer.concat(members));
    assert.deepEqual(streamed, whole);
  }), { numRuns: 300 });
});
