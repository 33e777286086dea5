// Writes docs/errors.md from the error tables. Build first.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorDocs, errorTables } from './error-docs.js';
import { ROOT } from './project-files.js';

mkdirSync(join(ROOT, 'docs'), { recursive: true });
writeFileSync(join(ROOT, 'docs', 'errors.md'), errorDocs(await errorTables()));
