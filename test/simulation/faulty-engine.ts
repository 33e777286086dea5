// Builds a whole simulation with a planted fault into one module: the built modules of the checkout, but for the change.
import { build, type Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedFault } from './planted-faults.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SEARCH = fileURLToPath(new URL('./fault-search.js', import.meta.url));

/** @param outfile lies below dist, so that packages are found. Throws when the text to be changed is not there once. */
export async function buildFaultyEngine({ name, changes }: PlantedFault, outfile: string): Promise<void> {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly dependencies: Readonly<Record<string, string>> };
  const changed = new Set<string>();
  const plugin: Plugin = {
    name: 'planted-fault',
    setup: (bundle) => {
      bundle.onLoad({ filter: /[\\/]dist[\\/]src[\\/].*\.js$/ }, ({ path }) => {
        const module = path.slice(join(ROOT, 'dist', 'src').length + 1, -'.js'.length).replaceAll('\\', '/');
        const own = changes.filter((change) => change.module === module);
        if (own.length === 0) return undefined;
        changed.add(module);
        return { contents: own.reduce((text, change) => changeOnce(text, change, name), readFileSync(path, 'utf8')), loader: 'js' };
      });
    },
  };
  await build({
    entryPoints: [SEARCH], outfile, bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'silent', plugins: [plugin],
    external: Object.keys(dependencies).flatMap((dependency) => [dependency, `${dependency}/*`]),
  });
  for (const { module } of changes) if (!changed.has(module)) throw new Error(`the fault "${name}" is planted in src/${module}, which no simulation loads`);
}

function changeOnce(text: string, { module, from, to }: PlantedFault['changes'][number], name: string): string {
  const [before, after, ...more] = text.split(from);
  if (after === undefined || more.length > 0) throw new Error(`the fault "${name}" cannot be planted: dist/src/${module}.js has ${JSON.stringify(from)} ${more.length > 0 ? 'more than once' : 'nowhere'}; adapt test/simulation/planted-faults.ts`);
  return `${before}${to}${after}`;
}
