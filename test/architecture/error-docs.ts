// docs/errors.md as a pure function of the error tables: `node dist/test/architecture/write-error-docs.js` writes it.
// A table is an exported const `<NAME>_ERRORS` of src, code -> the sentence that says when it is thrown.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { projectFiles, readProjectFile, ROOT } from './project-files.js';

export interface ErrorTable {
  /** The file of src that has it. */
  readonly path: string;
  readonly name: string;
  readonly codes: Readonly<Record<string, string>>;
}

const DECLARATION = /^export const (\w+_ERRORS)\b/gm;

/** All tables, by path and name, read from the built modules. */
export async function errorTables(): Promise<readonly ErrorTable[]> {
  const tables: ErrorTable[] = [];
  for (const path of projectFiles().filter((file) => /^src\/.*\.ts$/.test(file))) {
    const names = [...readProjectFile(path).matchAll(DECLARATION)].map((match) => match[1]!);
    if (names.length === 0) continue;
    const module = await import(pathToFileURL(join(ROOT, 'dist', path.replace(/\.ts$/, '.js'))).href) as Record<string, Readonly<Record<string, string>>>;
    for (const name of names) tables.push({ path, name, codes: module[name]! });
  }
  return tables;
}

export function errorDocs(tables: readonly ErrorTable[]): string {
  const folders = [...new Set(tables.map(folderOf))].sort();
  const sections = folders.map((folder) => {
    const codes = tables.filter((table) => folderOf(table) === folder).flatMap((table) => Object.entries(table.codes)).sort(([a], [b]) => (a < b ? -1 : 1));
    return [`## ${folder}`, '', '| code | thrown when |', '| --- | --- |', ...codes.map(([code, sentence]) => `| \`${code}\` | ${sentence.replaceAll('|', '\\|')} |`), ''].join('\n');
  });
  return [
    '# Errors',
    '',
    'Every operating error has a stable code, shown as `[CODE] message`. A message says what happened, the value seen and what to do.',
    'This page is made from the tables in `src/*/errors.ts` and `src/core/errors`; after a change run `node dist/test/architecture/write-error-docs.js`.',
    '',
    ...sections,
  ].join('\n');
}

function folderOf(table: ErrorTable): string {
  return table.path.split('/')[1] ?? '';
}
