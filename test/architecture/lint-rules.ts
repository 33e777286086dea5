// The configuration of oxlint, made from the table of ranks: `node dist/test/architecture/write-lint-config.js` writes
// it to .oxlintrc.json, and a test compares the two. It holds what can be said about one file; folders are the cruiser's.
import { HOST_FOLDER, HOST_GLOBALS, HOST_MODULES, HOST_PROPERTIES, RANDOM_CRYPTO } from './ranks.js';

/** A function longer than this does not fit a screen. */
export const FUNCTION_LINES_MAX = 70;

const THROUGH_PLATFORM = `the host is reached through the doors of src/${HOST_FOLDER}`;

const HOST_RULES = ['no-restricted-globals', 'no-restricted-properties', 'no-restricted-imports'] as const;

export function lintConfig(): object {
  return {
    $schema: './node_modules/oxlint/configuration_schema.json',
    plugins: ['typescript', 'unicorn', 'oxc', 'import'],
    categories: { correctness: 'error' },
    env: { node: true, es2023: true },
    rules: {
      'max-lines-per-function': ['error', { max: FUNCTION_LINES_MAX, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': ['error', ...HOST_GLOBALS.map((name) => ({ name, message: THROUGH_PLATFORM }))],
      'no-restricted-properties': ['error', ...HOST_PROPERTIES.map(([object, property]) => ({ object, property, message: THROUGH_PLATFORM }))],
      'no-restricted-imports': ['error', { paths: restrictedImports() }],
      'no-console': 'error',
      'no-debugger': 'error',
      'no-var': 'error',
      eqeqeq: 'error',
      // A copy before a loop that removes what it visits is not useless.
      'unicorn/no-useless-spread': 'off',
      'import/no-default-export': 'error',
      'typescript/consistent-type-imports': 'error',
    },
    overrides: [
      { files: [`src/${HOST_FOLDER}/**`], rules: Object.fromEntries(HOST_RULES.map((rule) => [rule, 'off'])) },
      // Job modules are found by their default exports.
      { files: ['src/cli/commands/nexmark/nexmark-job.ts', 'src/cli/commands/sql/sql-job.ts'], rules: { 'import/no-default-export': 'off' } },
    ],
  };
}

export function lintConfigText(): string {
  return `${JSON.stringify(lintConfig(), undefined, 2)}\n`;
}

function restrictedImports(): object[] {
  const hosts = HOST_MODULES.flatMap((name) => [name, `node:${name}`, ...(name === 'fs' || name === 'timers' || name === 'dns' || name === 'readline' ? [`${name}/promises`, `node:${name}/promises`] : [])]);
  return [
    ...hosts.map((name) => ({ name, message: THROUGH_PLATFORM })),
    ...['crypto', 'node:crypto'].map((name) => ({ name, importNames: RANDOM_CRYPTO, message: `randomness comes through src/${HOST_FOLDER}` })),
  ];
}
