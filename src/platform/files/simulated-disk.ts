// The tree of files and directories behind SimulatedFiles: what everybody sees, and beside it what would survive a
// crash. Invariant: a crash replaces the seen by the durable, or, drawn file by file and name by name, keeps a part of what
// is not; bytes become durable by syncing the file, names by syncing their directory, new directories at once. Several SimulatedFiles (one per simulated process) may share one disk.
import { assert } from '#core/assert';
import type { Random } from '#platform/random/random';

export class DiskFile {
  readonly isDirectory = false;
  bytes: Uint8Array = new Uint8Array(0);
  /** Length in use of `bytes`, which grows by doubling. */
  length = 0;
  modifiedMs: number;
  #durable: Uint8Array = new Uint8Array(0);

  constructor(nowMs: number) {
    this.modifiedMs = nowMs;
  }

  append(appended: Uint8Array): void {
    const length = this.length + appended.length;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(appended, this.length);
    this.length = length;
  }

  truncate(length: number): void {
    assert(length <= this.length, `a file of ${this.length} bytes is not cut to ${length}`);
    this.length = length;
  }

  sync(): void {
    this.#durable = this.bytes.slice(0, this.length);
  }

  /** @param random draws how much of what is not synced survives; without one, nothing does. */
  crash(random?: Random): void {
    const seen = this.bytes.subarray(0, this.length);
    const durable = this.#durable;
    // A file that was synced and only grew keeps what was synced; else its new bytes may have come in part or not at all.
    const isGrown = seen.length > durable.length && durable.every((byte, index) => seen[index] === byte);
    const survivingBytes = random === undefined || !isGrown ? 0 : [0, seen.length - durable.length, random.nextInt(seen.length - durable.length + 1)][random.nextInt(3)]!;
    this.bytes = survivingBytes === 0 ? durable.slice() : seen.slice(0, durable.length + survivingBytes);
    this.length = this.bytes.length;
    this.#durable = this.bytes.slice();
  }
}

export class DiskDirectory {
  readonly isDirectory = true;
  readonly entries = new Map<string, DiskNode>();
  readonly modifiedMs: number;
  #durable = new Map<string, DiskNode>();

  constructor(nowMs: number) {
    this.modifiedMs = nowMs;
  }

  sync(): void {
    this.#durable = new Map(this.entries);
  }

  /** Adds a directory, durable at once: losing a checkpoint's directory but not its files would show nothing new. */
  addDirectory(name: string, nowMs: number): DiskDirectory {
    const directory = new DiskDirectory(nowMs);
    this.entries.set(name, directory);
    this.#durable.set(name, directory);
    return directory;
  }

  crash(random?: Random): void {
    if (random !== undefined) this.#keepSome(random);
    this.entries.clear();
    for (const [name, node] of this.#durable) {
      this.entries.set(name, node);
      node.crash(random);
    }
  }

  /** A change of a name may have reached the disk although nobody synced it; both names of a file that was moved, or none. */
  #keepSome(random: Random): void {
    const kept = new Map<DiskNode | undefined, boolean>();
    for (const name of new Set([...this.entries.keys(), ...this.#durable.keys()])) {
      const [seen, durable] = [this.entries.get(name), this.#durable.get(name)];
      if (seen === durable) continue;
      const isKept = kept.get(seen ?? durable) ?? random.nextInt(2) === 1;
      kept.set(seen ?? durable, isKept);
      if (!isKept) continue;
      if (seen === undefined) this.#durable.delete(name);
      else this.#durable.set(name, seen);
    }
  }
}

export type DiskNode = DiskFile | DiskDirectory;

export class SimulatedDisk {
  readonly #root = new DiskDirectory(0);
  #crashes = 0;

  /** Times the disk has crashed; a handle of an earlier count is dead. */
  get crashes(): number {
    return this.#crashes;
  }

  /** Loses what is not synced: all of it, or what `random` draws. */
  crash(random?: Random): void {
    this.#crashes++;
    this.#root.crash(random);
  }

  find(path: string): DiskNode | undefined {
    let node: DiskNode | undefined = this.#root;
    for (const name of partsOf(path)) {
      if (node === undefined || !node.isDirectory) return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  /** What lies at `path`. @throws errno ENOENT or ENOTDIR. */
  get(path: string): DiskNode {
    const node = this.find(path);
    if (node !== undefined) return node;
    this.parentOf(path);
    throw errno('ENOENT');
  }

  /** @throws errno ENOENT, ENOTDIR or EISDIR. */
  file(path: string): DiskFile {
    const node = this.get(path);
    if (node.isDirectory) throw errno('EISDIR');
    return node;
  }

  /** @throws errno ENOENT or ENOTDIR. */
  directory(path: string): DiskDirectory {
    const node = this.get(path);
    if (!node.isDirectory) throw errno('ENOTDIR');
    return node;
  }

  /** The directory that holds the last name of `path`, and that name. @throws errno ENOENT or ENOTDIR. */
  parentOf(path: string): { readonly directory: DiskDirectory; readonly name: string } {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw errno('EPERM');
    let directory = this.#root;
    for (const part of parts) {
      const node = directory.entries.get(part);
      if (node === undefined) throw errno('ENOENT');
      if (!node.isDirectory) throw errno('ENOTDIR');
      directory = node;
    }
    return { directory, name };
  }

  /** @throws errno EEXIST when a file has the name, ENOTDIR when one lies on the way. */
  mkdirs(path: string, nowMs: number): void {
    const parts = partsOf(path);
    let directory = this.#root;
    for (const [index, part] of parts.entries()) {
      const node: DiskNode = directory.entries.get(part) ?? directory.addDirectory(part, nowMs);
      if (!node.isDirectory) throw errno(index === parts.length - 1 ? 'EEXIST' : 'ENOTDIR');
      directory = node;
    }
  }
}

/** The error that Node's fs would throw. */
export function errno(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code });
}

/** Names on the way from the root; relative paths start there too. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}
