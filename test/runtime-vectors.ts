// The recorded answers of Flink 2.3 (kind by kind) as data: all of them from the conformance folder, or the subset that
// is committed under test/fixtures, so that a bare clone proves something too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { conformanceTest, fixturePath } from './conformance-folder.js';

export type Vector = Readonly<Record<string, any>>; // any: each kind has fields of its own

/** Runs `check` on the vectors of `kind`: once on the committed subset, once on all. `countMin` guards against an empty file. */
export function vectorTests(kind: string, name: string, countMin: number, check: (vectors: readonly Vector[]) => void): void {
  test(`${name} (committed vectors)`, () => check(vectorsOf(fixturePath('runtime-vectors.ndjson'), kind, 1)));
  conformanceTest(`${name} (all vectors)`, (folder) => check(vectorsOf(join(folder, 'runtime', 'vectors.ndjson'), kind, countMin)));
}

function vectorsOf(path: string, kind: string, countMin: number): Vector[] {
  const lines = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '');
  const vectors = lines.map((line) => JSON.parse(line) as Vector).filter((vector) => vector['kind'] === kind);
  if (vectors.length < countMin) throw new Error(`${path} has ${vectors.length} vectors of kind ${kind}, expected at least ${countMin}`);
  return vectors;
}
