// Writes the savepoint of a job of SQL that stands for the present format version: `node dist/test/recovery/write-sql-savepoint-fixture.js NAME`
// makes test/fixtures/sql-savepoints/NAME. Run once per released format; what is there must stay readable.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeSqlSavepoint } from './sql-savepoint.js';

const [name] = (Reflect.get(globalThis, 'process') as NodeJS.Process).argv.slice(2);
if (name === undefined) throw new Error('give the name of the fixture, such as format-2');
const folder = mkdtempSync(join(tmpdir(), 'millrace-fixture-'));
const target = fileURLToPath(new URL(`../../../test/fixtures/sql-savepoints/${name}`, import.meta.url));
const { savepoint, plan, before } = await takeSqlSavepoint(folder);
cpSync(savepoint, target, { recursive: true });
writeFileSync(join(target, 'plan.json'), plan);
writeFileSync(join(target, 'before.json'), `${JSON.stringify(before, null, 1)}\n`);
rmSync(folder, { recursive: true });
