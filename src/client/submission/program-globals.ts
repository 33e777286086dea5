// The outside world as a program sees it while it builds its graph: the same in the client and in every worker, so that
// the graph is the same. Time stands still at the recorded moment, random numbers come from a recorded seed, argv, env and
// cwd are those of the client. Invariant: time, chance and output are put back by `restore`, before tasks run; argv, env
// and cwd stay as they are until `close`, since functions may read them too.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { ProgramRecording } from '#cluster/messages/program-reference';
import { SeededRandom } from '#platform/random/seeded-random';

/** The process object as a program sees it: the engine itself goes through platform, and only here is it replaced. */
const programProcess = Reflect.get(globalThis, 'process') as NodeJS.Process;

/** Replaces globals for the time in which a program builds one graph; one at a time per thread. */
export class ProgramGlobals {
  readonly #recording: ProgramRecording;
  readonly #random: SeededRandom;
  readonly #isMuted: boolean;
  #restores: (() => void)[] = [];
  readonly #processRestores: (() => void)[] = [];

  /** @param isMuted in workers: what the program prints while it builds its graph has been printed by the client. */
  constructor(recording: ProgramRecording, options: { readonly isMuted: boolean }) {
    this.#recording = recording;
    this.#random = new SeededRandom(recording.seed);
    this.#isMuted = options.isMuted;
    const { argv, env, cwd } = recording;
    replace(this.#processRestores, programProcess, 'argv', [programProcess.argv[0] ?? 'node', ...argv]);
    replace(this.#processRestores, programProcess, 'env', { ...env });
    replace(this.#processRestores, programProcess, 'cwd', () => cwd);
  }

  /** @param executionIndex how many jobs the program has run before. */
  install(executionIndex: number): void {
    const { times } = this.#recording;
    const time = times[Math.min(executionIndex, times.length - 1)] ?? 0;
    replace(this.#restores, globalThis, 'Date', frozenDate(Date, time));
    replace(this.#restores, Math, 'random', () => this.#random.nextDouble());
    const uuid = (): string => uuidFrom(this.#random.hex(16));
    replace(this.#restores, crypto, 'randomUUID', uuid);
    replace(this.#restores, globalThis.crypto, 'randomUUID', uuid);
    syncBuiltinESMExports();
    if (!this.#isMuted) return;
    replace(this.#restores, programProcess.stdout, 'write', () => true);
    replace(this.#restores, programProcess.stderr, 'write', () => true);
  }

  /** Idempotent. */
  restore(): void {
    for (const restore of this.#restores.toReversed()) restore();
    this.#restores = [];
    syncBuiltinESMExports();
  }

  /** The program is over: nothing stays replaced. Idempotent. */
  close(): void {
    this.restore();
    for (const restore of this.#processRestores.splice(0).toReversed()) restore();
  }
}

/** Gives a global another value and notes how to put the old one back. */
function replace(restores: (() => void)[], owner: object, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? true });
  restores.push(() => {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  });
}

function frozenDate(RealDate: DateConstructor, time: number): DateConstructor {
  class ProgramDate extends RealDate {
    constructor(...args: unknown[]) {
      if (args.length === 0) super(time);
      else super(...(args as [number]));
    }

    static override now(): number {
      return time;
    }
  }
  return ProgramDate as unknown as DateConstructor;
}

function uuidFrom(hex: string): string {
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) % 4];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
