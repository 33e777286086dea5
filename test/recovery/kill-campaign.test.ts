import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MOMENTS, runCampaign } from './kill-campaign.js';
import { difference } from './recovery-run.js';

/** `npm run check:kill -- 30 7` kills 30 times by seed 7. */
const [kills, seed] = [Number(process.env['MILLRACE_KILLS'] ?? MOMENTS.length), Number(process.env['MILLRACE_SEED'] ?? Math.floor(Math.random() * 1e6))];

test(`an engine killed ${kills} times at any moment commits what an undisturbed one does (seed ${seed})`, { skip: process.platform !== 'linux' }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
  try {
    const report = await runCampaign({ seed, kills, events: kills * 10_000, directory, say: process.env['MILLRACE_KILLS'] === undefined ? () => undefined : (line) => process.stderr.write(`${line}\n`) });
    assert.equal(report.exitCode, 0, report.stderr);
    assert.equal(report.kills.length, kills);
    assert.ok(report.expected.length > 5000, `${report.expected.length} lines`);
    assert.deepEqual(difference(report.committed, report.expected), []);
    assert.deepEqual(report.leftTemporary, []);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
