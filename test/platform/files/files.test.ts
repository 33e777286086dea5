import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SimulatedClock } from '#platform/clock/simulated-clock';
import { fileError } from '#platform/errors';
import { NodeFiles } from '#platform/files/node-files';
import { SimulatedFiles } from '#platform/files/simulated-files';
import { SeededRandom } from '#platform/random/seeded-random';
import { filesContract } from '../files-contract.js';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

filesContract('NodeFiles', () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  folders.push(root);
  return { files: new NodeFiles(new SeededRandom(root)), root };
});

filesContract('SimulatedFiles', () => {
  const files = new SimulatedFiles({ clock: new SimulatedClock(), random: new SeededRandom(1) });
  files.mkdirsSync('/data');
  return { files, root: '/data' };
});

test('every failure of the host has a code, and the host\'s own error as its cause', () => {
  const codes = {
    EACCES: 'FILE_ACCESS_DENIED', EROFS: 'FILE_ACCESS_DENIED', ENOSPC: 'FILE_NO_SPACE', EDQUOT: 'FILE_NO_SPACE', EMFILE: 'FILE_TOO_MANY_OPEN', EIO: 'FILE_IO_FAILED',
  };
  for (const [errno, code] of Object.entries(codes)) {
    const cause = Object.assign(new Error(`host says ${errno}`), { code: errno });
    const error = fileError('cannot write', '/a', cause);
    assert.equal(error.code, code);
    assert.equal(error.cause, cause);
    assert.match(error.message, /^cannot write \/a: /);
  }
});

test('a stream that is left early closes its file', async () => {
  const files = new SimulatedFiles({ clock: new SimulatedClock(), random: new SeededRandom(1) });
  files.atomicWriteSync('/a', new Uint8Array(1000));
  for await (const chunk of files.readStream('/a', { chunkBytes: 10 })) {
    assert.equal(chunk.length, 10);
    break;
  }
  const chunks = files.openChunks('/a', { chunkBytes: 10 });
  chunks.next();
  chunks.close();
  assert.equal(chunks.next(), undefined);
});

test('a directory that cannot be made below one that takes no entry is refused', { skip: process.platform !== 'linux' && 'there is no /proc' }, async () => {
  const files = new NodeFiles(new SeededRandom(1));
  await assert.rejects(files.mkdirs('/proc/millrace/deep'), { code: 'FILE_NOT_FOUND' });
  assert.throws(() => files.mkdirsSync('/proc/millrace/deep'), { code: 'FILE_NOT_FOUND' });
});
