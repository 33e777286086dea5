// Finds the shared conformance data, which lies beside the checkout and not in the repository. Tests that need it are
// registered as skipped, with one loud line, on a machine without it; MILLRACE_REQUIRE_CONFORMANCE=1 makes that a failure.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

// This module runs as dist/test/conformance-folder.js.
const root = join(fileURLToPath(new URL('.', import.meta.url)), '..', '..');
let isAbsenceTold = false;

/** The folder with nexmark/, runtime/, sql/; undefined when it is not on this machine. */
export function conformanceFolder(): string | undefined {
  const folder = process.env['MILLRACE_CONFORMANCE'] ?? join(root, '..', 'shared', 'conformance');
  return existsSync(folder) ? folder : undefined;
}

/** Registers a test that gets the conformance folder. */
export function conformanceTest(name: string, run: (folder: string) => void | Promise<void>): void {
  const folder = conformanceFolder();
  if (folder !== undefined) {
    test(name, () => run(folder));
    return;
  }
  if (process.env['MILLRACE_REQUIRE_CONFORMANCE'] === '1') {
    test(name, () => {
      throw new Error('conformance data is required but absent: set MILLRACE_CONFORMANCE to its folder');
    });
    return;
  }
  if (!isAbsenceTold) console.error('*** CONFORMANCE DATA ABSENT: tests against recorded results are skipped; set MILLRACE_CONFORMANCE ***');
  isAbsenceTold = true;
  test(name, { skip: 'conformance data absent' }, () => undefined);
}

/** Absolute path of a file committed under test/fixtures. */
export function fixturePath(name: string): string {
  return join(root, 'test', 'fixtures', name);
}
