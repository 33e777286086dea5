// Where kept plans lie, beside the sources.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const GOLDEN_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..', 'test', 'fixtures', 'plans');
