import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { projectFiles, readProjectFile } from '../architecture/project-files.js';

/** Rows of the folder tables: a folder in back-ticks, then its one sentence. */
function documentedFolders(page: string): Map<string, string> {
  const rows = [...page.matchAll(/^\| `(src\/[a-z0-9/-]+)` \| (.*) \|$/gm)];
  return new Map(rows.map(([, folder, sentence]) => [folder!, sentence!.trim()]));
}

/** Folders of src, two levels deep. */
function treeFolders(): string[] {
  const folders = projectFiles().filter((path) => path.startsWith('src/')).flatMap((path) => {
    const parts = path.split('/').slice(0, -1);
    return [2, 3].filter((depth) => parts.length >= depth).map((depth) => parts.slice(0, depth).join('/'));
  });
  return [...new Set(folders)].sort();
}

describe('the architecture page', () => {
  const documented = documentedFolders(readProjectFile('docs/architecture.md'));
  const folders = treeFolders();

  test('has one sentence for every folder of src, two levels deep', () => {
    assert.ok(folders.length >= 50, `only ${folders.length} folders were seen`);
    assert.deepEqual(folders.filter((folder) => !documented.has(folder)), []);
  });

  test('has no sentence for a folder that is not there', () => {
    assert.deepEqual([...documented.keys()].filter((folder) => !folders.includes(folder)), []);
  });

  test('says something of each folder', () => {
    assert.deepEqual([...documented].filter(([, sentence]) => sentence.length < 15).map(([folder]) => folder), []);
  });

  test('rows are read with their sentence', () => {
    assert.deepEqual([...documentedFolders('| `src/a/b-c` | words of it |\n| src/d | none |')], [['src/a/b-c', 'words of it']]);
  });
});
