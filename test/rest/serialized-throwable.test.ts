import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { serializedThrowable } from '#rest/messages/serialized-throwable';
import { conformanceTest } from '../conformance-folder.js';

describe('serialized throwable', () => {
  test('is byte for byte what a JVM has read back as class, message and trace', () => {
    const hex = serializedThrowable({ className: 'a.B', message: 'hä\u0000😀' }).toString('hex');
    assert.equal(hex, GOLDEN);
  });

  test('a text longer than the stream can count is cut between characters', () => {
    const stream = serializedThrowable({ className: 'a.B', message: 'ä'.repeat(40_000) });
    const at = stream.indexOf(Buffer.from('ä'));
    const bytes = stream.readUInt16BE(at - 2);
    assert.equal(bytes, 65_534);
    assert.equal(stream.subarray(at, at + bytes).toString('utf8'), 'ä'.repeat(32_767));
  });

  conformanceTest('starts as those that Flink sends, through the description of its class', (folder) => {
    const recorded = /"serialized-throwable": "(rO0AB[A-Za-z0-9+/]{400})/.exec(readFileSync(join(folder, 'rest', 'recordings.ndjson'), 'utf8'))?.[1];
    assert.ok(recorded !== undefined);
    const ours = serializedThrowable({ className: 'a.B', message: 'x' });
    const end = ours.indexOf(Buffer.from('java.lang.Throwable')) + 'java.lang.Throwable'.length + 8;
    assert.ok(end > 200);
    assert.equal(ours.subarray(0, end).toString('hex'), Buffer.from(recorded, 'base64').subarray(0, end).toString('hex'));
  });
});

const GOLDEN = [
  'aced0005737200296f72672e6170616368652e666c696e6b2e7574696c2e53657269616c697a65645468726f7761626c6565169df51fa713f30200034c001966756c6c537472696e6769666965645374',
  '61636b54726163657400124c6a6176612f6c616e672f537472696e673b4c00166f726967696e616c4572726f72436c6173734e616d6571007e00015b001373657269616c697a6564457863657074696f',
  '6e7400025b42787200136a6176612e6c616e672e457863657074696f6ed0fd1f3e1a3b1cc4020000787200136a6176612e6c616e672e5468726f7761626c65d5c635273977b8cb0300044c0005636175',
  '73657400154c6a6176612f6c616e672f5468726f7761626c653b4c000d64657461696c4d65737361676571007e00015b000a737461636b547261636574001e5b4c6a6176612f6c616e672f537461636b',
  '5472616365456c656d656e743b4c001473757070726573736564457863657074696f6e737400104c6a6176612f7574696c2f4c6973743b78707074000b68c3a4c080eda0bdedb8807572001e5b4c6a61',
  '76612e6c616e672e537461636b5472616365456c656d656e743b02462a3c3cfd22390200007870000000007078740010612e423a2068c3a4c080eda0bdedb880740003612e4270',
].join('');
