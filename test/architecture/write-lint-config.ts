// Writes .oxlintrc.json from the tables of this folder.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintConfigText } from './lint-rules.js';
import { ROOT } from './project-files.js';

writeFileSync(join(ROOT, '.oxlintrc.json'), lintConfigText());
