#!/usr/bin/env node
// Writes the pages of docs/ that are made from tables in the code. Needs a build: npm run build && node scripts/generate-docs.mjs
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Page -> compiled module and the name of its pure function that gives the text. */
const PAGES = [
  { page: 'configuration.md', module: 'core/config/configuration-reference.js', generator: 'configurationReference' },
];

for (const { page, module, generator } of PAGES) {
  const made = await import(pathToFileURL(join(root, 'dist', 'src', module)).href);
  writeFileSync(join(root, 'docs', page), made[generator]());
  console.log(`wrote docs/${page}`);
}
