#!/usr/bin/env node
// `npm run build:rocksdb`: an optimised static RocksDB for the addon, which published figures and prebuilt binaries come
// from. cargo fetches the source that the crate librocksdb-sys carries (and lz4's and zstd's), CMake builds it as a unity
// build without tools and tests into .cache/native; scripts/build-addon.mjs then links it in. About nine CPU-minutes once,
// nothing when it is there. With --configure-only it ends before the long compilation, with
// --prebuild it puts the addon into prebuilds/, where the published package is looked for it. No dependencies but cargo and CMake.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { buildAddon, cache, releasePointer } from './build-addon.mjs';

const CRATE = { name: 'librocksdb-sys', version: '0.17.3+10.4.2' };
const ROCKSDB_SWITCHES = [
  '-DWITH_TESTS=OFF', '-DWITH_ALL_TESTS=OFF', '-DWITH_TOOLS=OFF', '-DWITH_CORE_TOOLS=OFF', '-DWITH_BENCHMARK_TOOLS=OFF', '-DWITH_TRACE_TOOLS=OFF',
  '-DWITH_GFLAGS=OFF', '-DWITH_LIBURING=OFF', '-DROCKSDB_BUILD_SHARED=OFF', '-DUSE_RTTI=ON', '-DPORTABLE=1', '-DFAIL_ON_WARNINGS=OFF',
  '-DWITH_SNAPPY=ON', '-DWITH_LZ4=ON', '-DWITH_ZSTD=ON', '-DCMAKE_UNITY_BUILD=ON', '-DCMAKE_UNITY_BUILD_BATCH_SIZE=12',
];
const EVERY_SWITCH = ['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_POSITION_INDEPENDENT_CODE=ON', '-DCMAKE_INSTALL_LIBDIR=lib', '-DBUILD_SHARED_LIBS=OFF'];
const CXX_FLAGS = '-O2 -DNDEBUG';

/** The compression libraries: folder below the crate's folder, switches. Built first, each takes seconds. */
const COMPRESSION = [
  { crate: 'librocksdb-sys', folder: 'snappy', switches: ['-DSNAPPY_BUILD_TESTS=OFF', '-DSNAPPY_BUILD_BENCHMARKS=OFF', '-DCMAKE_POLICY_VERSION_MINIMUM=3.5'] },
  { crate: 'lz4-sys', folder: 'liblz4/build/cmake', switches: ['-DLZ4_BUILD_CLI=OFF', '-DBUILD_STATIC_LIBS=ON'] },
  { crate: 'zstd-sys', folder: 'zstd/build/cmake', switches: ['-DZSTD_BUILD_PROGRAMS=OFF', '-DZSTD_BUILD_SHARED=OFF', '-DZSTD_BUILD_STATIC=ON', '-DZSTD_BUILD_TESTS=OFF', '-DZSTD_LEGACY_SUPPORT=OFF'] },
];

const key = `${CRATE.version}-${createHash('sha256').update(JSON.stringify([CRATE, ROCKSDB_SWITCHES, EVERY_SWITCH, CXX_FLAGS, COMPRESSION, process.platform, process.arch])).digest('hex').slice(0, 12)}`;
const work = join(cache, `rocksdb-${key}`);
const prefix = join(work, 'prefix');
const isConfigureOnly = process.argv.includes('--configure-only');

if (!isReleaseReady()) {
  for (const tool of ['cargo', 'cmake', 'g++']) {
    if (spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0) {
      console.error(`[ROCKSDB_BUILD_TOOL_MISSING] ${tool} is needed to build RocksDB from source and is not installed: install it, or use the system's library`);
      process.exit(1);
    }
  }
  const crates = fetchSources();
  for (const each of COMPRESSION) buildCompression(join(crates[each.crate], each.folder), each);
  configureRocksDb(join(crates[CRATE.name], 'rocksdb'));
  if (isConfigureOnly) {
    console.log('RocksDB is configured; without --configure-only it is compiled now');
    process.exit(0);
  }
  compileRocksDb(join(crates[CRATE.name], 'rocksdb', 'include'));
}
const addon = await buildAddon();
if (process.argv.includes('--prebuild') && addon.path !== undefined) {
  const packed = join(cache, '..', '..', 'prebuilds', `${process.platform}-${process.arch}`);
  mkdirSync(packed, { recursive: true });
  copyFileSync(addon.path, join(packed, 'rocksdb.node'));
}
if (addon.path !== undefined) console.log(`RocksDB ${CRATE.version}, addon ${addon.status}`);
process.exit(addon.status === 'unavailable' ? 1 : 0);

function isReleaseReady() {
  if (!existsSync(releasePointer)) return false;
  const release = JSON.parse(readFileSync(releasePointer, 'utf8'));
  return release.key === key && release.libraries.every((file) => existsSync(file)) && existsSync(release.include);
}

/** crate name -> its folder, as cargo keeps it */
function fetchSources() {
  const project = join(work, 'fetch');
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'src', 'lib.rs'), '');
  writeFileSync(join(project, 'Cargo.toml'), [
    '[package]', 'name = "fetch"', 'version = "0.0.0"', 'edition = "2021"', '[workspace]', '[dependencies]',
    `librocksdb-sys = { version = "=${CRATE.version}", default-features = false, features = ["snappy", "lz4", "zstd"] }`, '',
  ].join('\n'));
  run('cargo', ['fetch', '--quiet'], project);
  const metadata = spawnSync('cargo', ['metadata', '--offline', '--format-version', '1'], { cwd: project, encoding: 'utf8', maxBuffer: 2 ** 27 });
  if (metadata.status !== 0) fail(`cargo metadata: ${metadata.stderr.trim().split('\n').at(-1)}`);
  return Object.fromEntries(JSON.parse(metadata.stdout).packages.map((each) => [each.name, dirname(each.manifest_path)]));
}

function buildCompression(source, { crate, folder, switches }) {
  const build = join(work, `${crate}-${folder.split('/')[0]}`);
  run('cmake', ['-S', source, '-B', build, `-DCMAKE_INSTALL_PREFIX=${prefix}`, ...EVERY_SWITCH, ...switches]);
  run('cmake', ['--build', build, '--target', 'install', '--parallel', String(cpus().length)]);
}

function configureRocksDb(source) {
  const hints = [`-DCMAKE_PREFIX_PATH=${prefix}`, `-Dlz4_ROOT_DIR=${prefix}`, `-Dzstd_ROOT_DIR=${prefix}`, `-Dsnappy_ROOT_DIR=${prefix}`,
    `-Dlz4_LIBRARIES=${join(prefix, 'lib', 'liblz4.a')}`, `-DZSTD_LIBRARIES=${join(prefix, 'lib', 'libzstd.a')}`,
    `-Dlz4_INCLUDE_DIRS=${join(prefix, 'include')}`, `-DZSTD_INCLUDE_DIRS=${join(prefix, 'include')}`];
  run('cmake', ['-S', source, '-B', join(work, 'build'), ...EVERY_SWITCH, ...ROCKSDB_SWITCHES, ...hints, `-DCMAKE_CXX_FLAGS_RELEASE=${CXX_FLAGS}`]);
}

function compileRocksDb(include) {
  console.log('compiling RocksDB: about nine CPU-minutes');
  run('nice', ['cmake', '--build', join(work, 'build'), '--target', 'rocksdb', '--parallel', String(cpus().length)]);
  const library = join(work, 'librocksdb.a');
  renameSync(join(work, 'build', 'librocksdb.a'), library);
  const compression = ['snappy', 'lz4', 'zstd'].map((name) => join(prefix, 'lib', `lib${name}.a`));
  rmSync(join(work, 'build'), { recursive: true, force: true });
  writeFileSync(releasePointer, JSON.stringify({ key, version: CRATE.version, include, libraries: [library, ...compression] }));
  for (const name of readdirSync(cache)) if (/^rocksdb-\d/.test(name) && join(cache, name) !== work) rmSync(join(cache, name), { recursive: true, force: true });
}

/** Output only when it fails: CMake and compilers say much. */
function run(command, args, cwd = work) {
  mkdirSync(cwd, { recursive: true });
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 27 });
  if (done.status !== 0) fail(`${command} ${args[0]} ended with ${done.status ?? done.signal}\n${`${done.stdout}\n${done.stderr}`.trim().split('\n').slice(-25).join('\n')}`);
}

function fail(text) {
  console.error(`[ROCKSDB_BUILD_FAILED] RocksDB could not be built from source: ${text}`);
  process.exit(1);
}
