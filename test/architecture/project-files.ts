// The files of this checkout, for the tests that read them: those in git and new ones, never ignored ones. Without git
// (an unpacked archive) the folders are walked.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** dist/test/architecture/x.js -> the checkout. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const IGNORED = new Set(['node_modules', 'dist', '.cache', '.git']);

/** Paths relative to the checkout, sorted. */
export function projectFiles(): readonly string[] {
  const git = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const files = git.status === 0 ? git.stdout.split('\0').filter((path) => path !== '') : walk('');
  // A deleted file is listed until its deletion is committed.
  return [...new Set(files)].filter((path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile()).sort();
}

export function readProjectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Top folders of src that exist. */
export function sourceFolders(): readonly string[] {
  return readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
}

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (IGNORED.has(entry.name)) return [];
    return entry.isDirectory() ? walk(path) : [path];
  });
}
