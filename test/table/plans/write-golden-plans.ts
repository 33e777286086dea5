// Writes the kept plans anew: run it, and read the difference.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GOLDEN_FOLDER } from './golden-folder.js';
import { PLANNED, planOf } from './planned-queries.js';

mkdirSync(GOLDEN_FOLDER, { recursive: true });
for (const name of PLANNED.keys()) writeFileSync(join(GOLDEN_FOLDER, `${name}.txt`), await planOf(name));
