// The rules of dependency-cruiser, made from the table of ranks. Used by the layers test and by .dependency-cruiser.mjs.
import type { ICruiseOptions, IForbiddenRuleType, IFlattenedRuleSet } from 'dependency-cruiser';
import { ENTRY_FILES, HOST_FOLDER, HOST_MODULES, LAYERS, mayImport, NATIVE_FOLDER } from './ranks.js';

function layerRules(): IForbiddenRuleType[] {
  return LAYERS.map((layer): IForbiddenRuleType => {
    const allowed = LAYERS.filter((other) => mayImport(layer, other)).map((other) => other.folder);
    return {
      name: `layer-${layer.folder}`,
      severity: 'error',
      comment: `${layer.folder} imports only ${allowed.join(', ')}`,
      from: { path: `^src/${layer.folder}/` },
      to: { path: '^src/', pathNot: `^src/(${allowed.join('|')})/` },
    };
  });
}

export function ruleSet(): IFlattenedRuleSet {
  const hostModules = HOST_MODULES.join('|');
  return {
    forbidden: [
      ...layerRules(),
      {
        name: 'folder-in-table', severity: 'error', comment: 'a new top folder gets its rank in test/architecture/ranks.ts',
        from: { path: '^src/[^/]+/', pathNot: `^src/(${LAYERS.map((layer) => layer.folder).join('|')})/` }, to: {},
      },
      {
        name: 'host-only-in-platform', severity: 'error', comment: 'the host is reached through the doors of src/platform',
        from: { path: '^src/', pathNot: `^src/${HOST_FOLDER}/` }, to: { dependencyTypes: ['core'], path: `^(node:)?(${hostModules})(/|$)` },
      },
      {
        name: 'native-only-in-rocksdb', severity: 'error', comment: `only ${NATIVE_FOLDER} loads the addon`,
        from: { path: '^src/', pathNot: `^src/${NATIVE_FOLDER}/` }, to: { path: 'native-bindings' },
      },
      {
        name: 'no-test-in-src', severity: 'error', comment: 'src stands without tests, benches and examples',
        from: { path: '^src/' }, to: { path: '^(test|bench|examples|dist)/' },
      },
      {
        name: 'no-import-of-entry', severity: 'error', comment: `${ENTRY_FILES.join(', ')} are for users`,
        from: { path: '^src/' }, to: { path: '^src/[^/]+$' },
      },
      { name: 'resolvable', severity: 'error', comment: 'an import that leads nowhere would hide an edge', from: { path: '^src/' }, to: { couldNotResolve: true } },
    ],
  };
}

/** How to cruise `root`. The `source` condition of package.json leads `#` imports to src; dist would be dropped unseen. */
export function cruiseOptions(root: string): ICruiseOptions {
  return {
    baseDir: root,
    validate: true,
    ruleSet: ruleSet(),
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'node', 'default'], exportsFields: ['exports'], extensions: ['.ts', '.js', '.mjs', '.json'] },
  };
}

/**
 * How to look for cycles in the compiled modules of `root`: only imports that exist at run time are left there, while
 * with swc the cruiser does not tell type-only imports of the sources from others (17.4.3, tried).
 */
export function cycleOptions(root: string): ICruiseOptions {
  return {
    baseDir: root,
    validate: true,
    ruleSet: {
      forbidden: [{ name: 'no-cycle', severity: 'error', comment: 'files that need each other at run time are one concept or three', from: {}, to: { circular: true } }],
    },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  };
}
