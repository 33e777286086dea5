// Writes the savepoint that stands for the present format version: `node dist/test/recovery/write-savepoint-fixture.js NAME`
// makes test/fixtures/savepoints/NAME. Run once per released format; what is there must stay readable.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeSchemaSavepoint } from './schema-savepoint.js';

const [name] = (Reflect.get(globalThis, 'process') as NodeJS.Process).argv.slice(2);
if (name === undefined) throw new Error('give the name of the fixture, such as format-1');
const folder = mkdtempSync(join(tmpdir(), 'millrace-fixture-'));
cpSync(await takeSchemaSavepoint(folder, 2), fileURLToPath(new URL(`../../../test/fixtures/savepoints/${name}`, import.meta.url)), { recursive: true });
rmSync(folder, { recursive: true });
