// What lies outside of the simulated engine and outlives its processes: how far the input has come, the system that takes
// the output in transactions, and what users' functions are told to do. One per run.

/** One transaction of the external system: durable once written, visible once committed. */
interface Transaction {
  readonly rows: readonly string[];
  committedBy: object | undefined;
}

/** An external system with two-phase commit. Invariant: what is committed is visible once, whoever commits it again. */
export class TransactionLog {
  readonly #transactions = new Map<string, Transaction>();
  readonly #committed: string[] = [];
  /** What no correct engine does. */
  readonly violations: string[] = [];

  write(id: string, rows: readonly string[]): void {
    if (this.#transactions.has(id)) this.violations.push(`transaction ${id} was written twice`);
    this.#transactions.set(id, { rows, committedBy: undefined });
  }

  /** @param committer who asks: only another one than the first may ask again, after a restart. */
  commit(id: string, committer: object): void {
    const transaction = this.#transactions.get(id);
    if (transaction === undefined) {
      this.violations.push(`transaction ${id} was committed but never written`);
    } else if (transaction.committedBy === committer) {
      this.violations.push(`transaction ${id} was committed twice by the same committer`);
    } else if (transaction.committedBy === undefined) {
      transaction.committedBy = committer;
      this.#committed.push(...transaction.rows);
    }
  }

  get committedRows(): readonly string[] {
    return this.#committed;
  }
}

export class World {
  readonly log = new TransactionLog();
  /** The input comes in so many parts, one more after each disturbance. */
  readonly stageCount: number;
  stage = 0;
  /** The next record that a function meets is its undoing. */
  isToThrow = false;
  /** Readers, writers and functions made so far: their ids tell attempts apart. */
  #made = 0;

  constructor(stageCount: number) {
    this.stageCount = stageCount;
  }

  /** How many of `rows` may be read by now. */
  readableOf(rows: number): number {
    return this.stage >= this.stageCount - 1 ? rows : Math.floor((rows * (this.stage + 1)) / this.stageCount);
  }

  newId(): number {
    return this.#made++;
  }
}
