// The outside world as a program sees it while it builds its graph: the same in the client and in every worker, so that
// the graph is the same. Time stands still at the recorded moment, random numbers come from a recorded seed, argv, env and
// cwd are those of the client. Invariant: every global is put back by `restore`, before tasks run.
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

  /** @param isMuted in workers: what the program prints while it builds its graph has been printed by the client. */
  constructor(recording: ProgramRecording, options: { readonly isMuted: boolean }) {
    this.#recording = recording;
    this.#random = new SeededRandom(recording.seed);
    this.#isMuted = options.isMuted;
  }

  /** @param executionIndex how many jobs the program has run before. */
  install(executionIndex: number): void {
    const { argv, env, cwd, times } = this.#recording;
    const time = times[Math.min(executionIndex, times.length - 1)] ?? 0;
    this.#replace(programProcess, 'argv', [programProcess.argv[0] ?? 'node', ...argv]);
    this.#replace(programProcess, 'env', { ...env });
    this.#replace(programProcess, 'cwd', () => cwd);
    this.#replace(globalThis, 'Date', frozenDate(Date, time));
    this.#replace(Math, 'random', () => this.#random.nextDouble());
    const uuid = (): string => uuidFrom(this.#random.hex(16));
    this.#replace(crypto, 'randomUUID', uuid);
    this.#replace(globalThis.crypto, 'randomUUID', uuid);
    syncBuiltinESMExports();
    if (!this.#isMuted) return;
    this.#replace(programProcess.stdout, 'write', () => true);
    this.#replace(programProcess.stderr, 'write', () => true);
  }

  /** Idempotent. */
  restore(): void {
    for (const restore of this.#restores.toReversed()) restore();
    this.#restores = [];
    syncBuiltinESMExports();
  }

  #replace(owner: object, name: string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: before?.enumerable ?? true });
    this.#restores.push(() => {
      if (before === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, before);
    });
  }
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
