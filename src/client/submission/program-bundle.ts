// Turns a user's program into one file that client and workers load: the counterpart of a job jar. The file's name is the
// hash of its content. `millrace` itself is not bundled: its import becomes the URL of the engine that runs.
// Thread: main. esbuild is loaded only here.
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, Plugin } from 'esbuild';
import { engineUrl, tableUrl, testingUrl } from '#client/engine-modules';
import { ClientError } from '#client/errors';
import type { Files } from '#platform/files/files';

/** CommonJS dependencies of a program may call require. */
const REQUIRE_BANNER = "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(__PROGRAM_URL__);";

/** Built form of the program at `path`. Throws PROGRAM_NOT_FOUND or PROGRAM_NOT_BUNDLED. */
export async function bundleProgram(files: Files, path: string, cacheDirectory: string): Promise<URL> {
  const source = resolve(path);
  const entry = await files.stat(source);
  if (entry === undefined || entry.isDirectory) {
    throw new ClientError('PROGRAM_NOT_FOUND', `there is no program at ${path}: give the path of a .ts, .js or .mjs file`, { context: { path: source } });
  }
  const directory = join(cacheDirectory, 'programs');
  const record = join(directory, `${hashOf(`${engineUrl.href} ${source}`)}.json`);
  const unchanged = await findUnchanged(files, record);
  if (unchanged !== undefined) return pathToFileURL(unchanged);
  const [esbuild] = await Promise.all([import('esbuild'), files.mkdirs(directory)]);
  const sourceUrl = JSON.stringify(pathToFileURL(source).href);
  const output = await esbuild.build({
    entryPoints: [source], outfile: join(directory, 'program.mjs'), write: false, bundle: true, format: 'esm', platform: 'node', target: 'node20',
    sourcemap: 'inline', sourcesContent: false, logLevel: 'silent', absWorkingDir: dirname(source),
    metafile: true, define: { 'import.meta.url': '__PROGRAM_URL__', 'import.meta.filename': JSON.stringify(source), 'import.meta.dirname': JSON.stringify(dirname(source)) },
    banner: { js: `const __PROGRAM_URL__ = ${sourceUrl}; ${REQUIRE_BANNER}` },
    plugins: [engineImports],
  }).catch((failure: unknown) => {
    throw new ClientError('PROGRAM_NOT_BUNDLED', `${path} cannot be bundled: ${describeBuildFailure(failure as BuildFailure)}`, { cause: failure });
  });
  const content = output.outputFiles[0]!.contents;
  const artifact = join(directory, `${hashOf(content)}.mjs`);
  if (!(await files.exists(artifact))) await files.atomicWrite(artifact, content);
  const inputs = Object.keys(output.metafile.inputs).map((input) => resolve(dirname(source), input));
  await writeRecord(files, record, artifact, inputs);
  return pathToFileURL(artifact);
}

/** What a bundle was made from: while none of it has changed, esbuild (60 ms of start-up) is not needed. */
interface BundleRecord {
  readonly artifact: string;
  readonly inputs: readonly { readonly path: string; readonly bytes: number; readonly modifiedMs: number }[];
}

async function findUnchanged(files: Files, record: string): Promise<string | undefined> {
  if (!(await files.exists(record))) return undefined;
  let read: BundleRecord;
  try {
    read = JSON.parse(Buffer.from(await files.read(record)).toString('utf8')) as BundleRecord;
  } catch {
    // Cut short by a crash: the program is bundled again.
    return undefined;
  }
  const entries = await Promise.all(read.inputs.map((input) => files.stat(input.path)));
  const isSame = read.inputs.every((input, index) => entries[index]?.bytes === input.bytes && entries[index]?.modifiedMs === input.modifiedMs);
  return isSame && (await files.exists(read.artifact)) ? read.artifact : undefined;
}

async function writeRecord(files: Files, record: string, artifact: string, inputs: readonly string[]): Promise<void> {
  const entries = await Promise.all(inputs.map((input) => files.stat(input)));
  // An input that is not a file cannot be watched: such a program is bundled each time.
  if (entries.some((entry) => entry === undefined)) return;
  const written: BundleRecord = { artifact, inputs: inputs.map((path, index) => ({ path, bytes: entries[index]!.bytes, modifiedMs: entries[index]!.modifiedMs })) };
  await files.atomicWrite(record, Buffer.from(JSON.stringify(written)));
}

function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

const engineImports: Plugin = {
  name: 'millrace-engine',
  setup(build) {
    build.onResolve({ filter: /^millrace(\/.*)?$/ }, ({ path }) => ({ path: (path === 'millrace/testing' ? testingUrl : path === 'millrace/table' ? tableUrl : engineUrl).href, external: true }));
  },
};

function describeBuildFailure(failure: BuildFailure): string {
  const first = failure.errors?.[0];
  if (first === undefined) return failure.message;
  const place = first.location === null || first.location === undefined ? '' : ` (${first.location.file}:${first.location.line}:${first.location.column + 1})`;
  const more = failure.errors.length > 1 ? `, and ${failure.errors.length - 1} more` : '';
  return `${first.text}${place}${more}`;
}
