import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { cruiseOptions, cycleOptions } from './layer-rules.js';
import { ROOT, readProjectFile, sourceFolders } from './project-files.js';
import { ENTRY_FILES, layerOf, LAYERS, mayImport } from './ranks.js';

/** Far fewer modules than there are means that the cruiser did not understand them. Raise both with the tree. */
const MODULES_FLOOR = 150;
const INTERNAL_EDGES_FLOOR = 300;

/** Cycles that are meant, each with its reason. The test fails when one is gone and still listed. */
const KNOWN_CYCLES: readonly string[] = [
];

async function cruiseTree(root: string): Promise<ICruiseResult> {
  const { output } = await cruise(['src'], cruiseOptions(root));
  assert.ok(typeof output === 'object');
  return output;
}

function violationsOf(result: ICruiseResult): string[] {
  return result.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`).sort();
}

/** Each cycle as its sorted files: `core/a core/b`. */
async function cyclesOf(root: string): Promise<string[]> {
  const { output } = await cruise(['dist/src'], cycleOptions(root));
  assert.ok(typeof output === 'object' && output.modules.length > 0);
  const cycles = output.summary.violations.map((violation) => (violation.cycle ?? []).map(({ name }) => name.replace(/^dist\/src\//, '').replace(/\.js$/, '')).sort().join(' '));
  return [...new Set(cycles)].sort();
}

describe('the layers of src', () => {
  test('hold, over a tree that was really seen', async () => {
    const result = await cruiseTree(ROOT);
    const modules = result.modules.filter((module) => module.source.startsWith('src/'));
    const edges = modules.flatMap((module) => module.dependencies).filter((dependency) => dependency.module.startsWith('#') && dependency.resolved.startsWith('src/'));
    assert.ok(modules.length >= MODULES_FLOOR, `dependency-cruiser saw only ${modules.length} modules: does it understand this TypeScript?`);
    assert.ok(edges.length >= INTERNAL_EDGES_FLOOR, `dependency-cruiser followed only ${edges.length} "#" imports: does the source condition lead to src?`);
    assert.deepEqual(violationsOf(result), []);
  });

  test('no file needs itself at run time, round some corners, beyond the known cycles', async () => {
    assert.deepEqual(await cyclesOf(ROOT), KNOWN_CYCLES);
  });

  test('every top folder has its rank', () => {
    assert.deepEqual(sourceFolders().filter((folder) => layerOf(folder) === undefined), []);
  });

  test('entry files only re-export', () => {
    for (const name of ENTRY_FILES) {
      let text = '';
      try {
        text = readProjectFile(`src/${name}`);
      } catch {
        continue; // not there yet
      }
      const others = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '').replaceAll(/export\s+(type\s+)?(\*(\s+as\s+\w+)?|\{[^}]*\})\s+from\s+'[^']+';/g, '').trim();
      assert.equal(others, '', `src/${name} has more than re-exports`);
    }
  });

  test('the table says what the architecture says', () => {
    const may = (from: string, to: string): boolean => mayImport(layerOf(from)!, layerOf(to)!);
    assert.deepEqual([may('cli', 'core'), may('state', 'metrics'), may('client', 'jobmanager'), may('client', 'datastream'), may('taskmanager', 'graph')], [true, true, true, true, true]);
    assert.deepEqual([may('core', 'platform'), may('state', 'shuffle'), may('taskmanager', 'connectors'), may('datastream', 'cluster'), may('web', 'rest')], [false, false, false, false, false]);
    assert.equal(new Set(LAYERS.map((layer) => layer.folder)).size, LAYERS.length);
  });
});

describe('a planted violation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-layers-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const plant = (files: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };

  test('of each kind is caught, type-only imports included, and what is legal passes', async () => {
    plant({
      'package.json': JSON.stringify({ name: 'planted', type: 'module', imports: (JSON.parse(readProjectFile('package.json')) as { imports: unknown }).imports }),
      'src/core/word.ts': `export interface Word { a: number }\nexport const word = 1;\n`,
      'src/core/upward.ts': `import { door } from '#platform/door';\nexport const a = door;\n`,
      'src/core/upward-type.ts': `import type { Door } from '#platform/door';\nexport type A = Door;\n`,
      'src/core/inline-type.ts': `import { type Door } from '#platform/door';\nexport type A = Door;\n`,
      'src/core/relative.ts': `export { door } from '../platform/door.js';\n`,
      'src/core/lazy.ts': `export const load = () => import('#platform/door');\n`,
      'src/core/host.ts': `import { readFileSync } from 'node:fs';\nimport { setTimeout } from 'timers/promises';\nexport const a = [readFileSync, setTimeout];\n`,
      'src/core/hash.ts': `import { createHash } from 'node:crypto';\nexport const a = createHash;\n`,
      'src/core/native.ts': `import a from '../../native-bindings/addon.js';\nexport const b = a;\n`,
      'src/core/nowhere.ts': `import { a } from '#core/none';\nexport const b = a;\n`,
      'src/core/entry.ts': `export { word } from '../index.js';\n`,
      'src/index.ts': `export { word } from '#core/word';\n`,
      'src/platform/door.ts': `import { readFileSync } from 'node:fs';\nimport { word, type Word } from '#core/word';\nexport type Door = Word;\nexport const door = [readFileSync, word];\n`,
      'src/state/equal.ts': `import { channel } from '#shuffle/channel';\nexport const a = channel;\n`,
      'src/shuffle/channel.ts': `import { word } from '#core/word';\nexport const channel = word;\n`,
      'src/datastream/tower.ts': `import type { Id } from '#cluster/id';\nexport type A = Id;\n`,
      'src/cluster/id.ts': `export type Id = string;\n`,
      'src/cluster/tower.ts': `import { source } from '#connectors/source';\nexport const a = source;\n`,
      'src/connectors/source.ts': `export const source = 1;\n`,
      'src/unranked/a.ts': `import { word } from '#core/word';\nexport const a = word;\n`,
      'native-bindings/addon.js': `export default 1;\n`,
    });
    assert.deepEqual(violationsOf(await cruiseTree(folder)), EXPECTED.slice().sort());
  });

  test('of a cycle between compiled modules is caught', async () => {
    plant({
      'dist/src/core/cycle-a.js': `import { b } from '#core/cycle-b';\nexport const a = () => b;\n`,
      'dist/src/core/cycle-b.js': `import { a } from './cycle-a.js';\nexport const b = () => a;\n`,
      'dist/src/core/straight.js': `import { a } from '#core/cycle-a';\nexport const c = a;\n`,
    });
    assert.deepEqual(await cyclesOf(folder), ['core/cycle-a core/cycle-b']);
  });
});

const EXPECTED: readonly string[] = [
  'folder-in-table: src/unranked/a.ts -> src/core/word.ts',
  'host-only-in-platform: src/core/host.ts -> fs',
  'host-only-in-platform: src/core/host.ts -> timers/promises',
  'layer-cluster: src/cluster/tower.ts -> src/connectors/source.ts',
  'layer-core: src/core/entry.ts -> src/index.ts',
  'layer-core: src/core/inline-type.ts -> src/platform/door.ts',
  'layer-core: src/core/lazy.ts -> src/platform/door.ts',
  'layer-core: src/core/relative.ts -> src/platform/door.ts',
  'layer-core: src/core/upward-type.ts -> src/platform/door.ts',
  'layer-core: src/core/upward.ts -> src/platform/door.ts',
  'layer-datastream: src/datastream/tower.ts -> src/cluster/id.ts',
  'layer-state: src/state/equal.ts -> src/shuffle/channel.ts',
  'native-only-in-rocksdb: src/core/native.ts -> native-bindings/addon.js',
  'no-import-of-entry: src/core/entry.ts -> src/index.ts',
  'resolvable: src/core/nowhere.ts -> #core/none',
];
