#!/usr/bin/env node
// Builds the RocksDB addon of native-bindings/rocksdb into .cache/native, keyed by a hash of its sources, flags and the
// library it is linked with; an unchanged tree costs that hash only. Linked against the RocksDB that `npm run
// build:rocksdb` made (not if MILLRACE_ROCKSDB_LINK=system: that one has assertions on), else the system's (installed with
// apt where that may be done). Where neither can be had it prints
// one line and the engine runs with the heap backend. No dependencies: it runs in set-up. Called by setup.mjs and tests.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'native-bindings', 'rocksdb', 'native');
const headers = join(root, 'node_modules', 'node-api-headers', 'include');
export const cache = join(root, '.cache', 'native');
/** Says which addon is to be loaded; native-bindings/rocksdb/load-addon.ts reads it. */
const pointer = join(cache, 'rocksdb.json');
/** Written by build-rocksdb.mjs: { version, include, libraries } of the static build. */
export const releasePointer = join(cache, 'rocksdb-release.json');

/** What may be seen from outside: RocksDB and the C++ library inside must not clash with another addon's copies. */
const exported = join(sources, 'exported-symbols.map');

const SYSTEM_PREFIXES = ['/usr', '/usr/local', '/opt/homebrew'];
const OLD_ADDON_MS = 24 * 3600_000;
const RETRY_MS = 3600_000;
const isMac = process.platform === 'darwin';

const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-DNAPI_VERSION=8'];

/**
 * `unavailable` comes with a reason, which is printed as one line as well.
 * @returns {Promise<{ status: 'built' | 'cached' | 'unavailable', reason?: string, path?: string }>}
 */
export async function buildAddon() {
  let library = (process.env.MILLRACE_ROCKSDB_LINK === 'system' ? undefined : findRelease()) ?? systemLibrary();
  let path = pathFor(library);
  if (existsSync(path)) return finish('cached', path, library.kind);
  if (!existsSync(headers)) return refuse('the package node-api-headers is not installed: run npm ci', path);
  if (spawnSync('g++', ['--version'], { stdio: 'ignore' }).status !== 0) return refuse('there is no C++ compiler: install g++', path);
  const earlier = readEarlierFailure(path);
  if (earlier !== undefined) return refuse(earlier, path);
  if (library.kind === 'system' && !hasSystemLibrary()) {
    if (!installSystemLibrary()) return refuse('RocksDB is not installed: install librocksdb-dev (apt) or rocksdb (brew), or run npm run build:rocksdb', path);
    library = systemLibrary();
    path = pathFor(library);
  }
  const problem = await compile(path, flagsFor(library), library.link);
  return problem === undefined ? finish('built', path, library.kind) : refuse(`it does not compile: ${problem}`, path);
}

function flagsFor(library) {
  return [...FLAGS, ...library.flags, ...(isMac ? ['-undefined', 'dynamic_lookup'] : [`-Wl,--version-script=${exported}`])];
}

/** Named by all that decides its content; where this checkout lies does not. */
function pathFor(library) {
  const hash = createHash('sha256').update(JSON.stringify([...flagsFor(library), ...library.link]).replaceAll(root, '')).update(process.platform).update(process.arch);
  for (const file of sourceFiles()) hash.update(relative(sources, file)).update(readFileSync(file));
  return join(cache, `rocksdb-${hash.digest('hex').slice(0, 16)}.node`);
}

/** Why the same build failed a short while ago: an unchanged set-up shall not try apt or the compiler each time. */
function readEarlierFailure(path) {
  if (process.env.CI === 'true' || !existsSync(pointer)) return undefined;
  const { reason, wanted, atMs } = JSON.parse(readFileSync(pointer, 'utf8'));
  return reason !== undefined && wanted === relative(cache, path) && Date.now() - atMs < RETRY_MS ? reason : undefined;
}

function findRelease() {
  if (!existsSync(releasePointer)) return undefined;
  const release = JSON.parse(readFileSync(releasePointer, 'utf8'));
  if (!release.libraries.every((file) => existsSync(file))) return undefined;
  return {
    kind: 'static',
    flags: ['-DNDEBUG', '-DMILLRACE_ROCKSDB_LINK="static"', `-I${release.include}`],
    link: [...release.libraries, ...(isMac ? [] : ['-Wl,--exclude-libs,ALL', '-static-libstdc++', '-static-libgcc', '-lpthread', '-ldl', '-s'])],
  };
}

/** The version of its headers is in the flags, so that an upgrade of the library makes a new addon. */
function systemLibrary() {
  const prefix = SYSTEM_PREFIXES.find((each) => existsSync(join(each, 'include', 'rocksdb', 'version.h')));
  if (prefix === undefined) return { kind: 'system', flags: [], link: ['-lrocksdb'] };
  const version = readFileSync(join(prefix, 'include', 'rocksdb', 'version.h'), 'utf8').match(/(?<=#define ROCKSDB_(MAJOR|MINOR|PATCH) )\d+/g) ?? [];
  const places = prefix === '/usr' ? { include: [], library: [] } : { include: [`-I${join(prefix, 'include')}`], library: [`-L${join(prefix, 'lib')}`] };
  return { kind: 'system', flags: [...places.include, `-DMILLRACE_ROCKSDB_HEADERS="${version.join('.')}"`], link: [...places.library, '-lrocksdb'] };
}

function hasSystemLibrary() {
  const probe = spawnSync('g++', ['-std=c++17', '-fsyntax-only', '-x', 'c++', '-'], { input: '#include <rocksdb/version.h>\n', stdio: ['pipe', 'ignore', 'ignore'] });
  return probe.status === 0;
}

/** apt only, as root only, and without recommended packages. */
function installSystemLibrary() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0) return false;
  const install = () => spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'librocksdb-dev'], {
    stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;
  if (install()) return true;
  return spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' }).status === 0 && install();
}

/** One generated unit that includes all sources: RocksDB's headers are then parsed once (5 s instead of 15). */
async function compile(path, flags, link) {
  mkdirSync(cache, { recursive: true });
  const temporary = join(cache, `build-${process.pid}`);
  const unit = `${temporary}.cc`;
  writeFileSync(unit, sourceFiles().filter((file) => file.endsWith('.cc')).map((file) => `#include "${relative(sources, file)}"\n`).join(''));
  const args = [...flags, `-I${headers}`, `-I${sources}`, unit, '-o', `${temporary}.node`, ...link];
  const problem = await new Promise((resolve) => {
    const compiler = spawn('g++', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    compiler.stderr.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
    compiler.on('close', (code) => resolve(code === 0 ? undefined : (text.split('\n').find((line) => line.includes('error')) ?? `g++ ended with ${code}`)));
  });
  rmSync(unit, { force: true });
  if (problem !== undefined) return problem;
  renameSync(`${temporary}.node`, path);
  for (const name of readdirSync(cache)) {
    const other = join(cache, name);
    if (/^rocksdb-[0-9a-f]{16}\.node$/.test(name) && Date.now() - statSync(other).mtimeMs > OLD_ADDON_MS) rmSync(other, { force: true });
  }
  return undefined;
}

function finish(status, path, kind) {
  const text = JSON.stringify({ file: relative(cache, path), kind });
  if (!existsSync(pointer) || readFileSync(pointer, 'utf8') !== text) writePointer(text);
  return { status, path };
}

function refuse(reason, path) {
  if (readEarlierFailure(path) !== reason) writePointer(JSON.stringify({ reason, wanted: relative(cache, path), atMs: Date.now() }));
  console.error(`[ROCKSDB_UNAVAILABLE] the RocksDB backend is not available, state.backend.type hashmap is: ${reason}`);
  return { status: 'unavailable', reason };
}

function writePointer(text) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(`${pointer}.${process.pid}`, text);
  renameSync(`${pointer}.${process.pid}`, pointer);
}

function sourceFiles(folder = sources) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sourceFiles(path) : [path];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = await buildAddon();
  if (result.path !== undefined) console.log(`RocksDB addon ${result.status}: ${relative(root, result.path)}`);
  process.exit(result.status === 'unavailable' ? 1 : 0);
}
