// The atomic steps of publishing, ringing, waiting for room and parking as generators: one `yield` before each atomic step,
// and the run of `explore` picks which thread makes its next step. Two threads share a ring of CAPACITY items: the producer
// sends ITEMS of them and parks when the ring is full, the consumer takes them and parks when it is empty.
// `park-race.test.ts` holds the steps against those that SlotDoorbell, RingProducer and RingConsumer really make.

/** Shared cells. */
export interface Cells {
  head: number;
  tail: number;
  roomWait: number;
  rung: [number, number];
  parked: [number, number];
}

/** Orders of the steps: the real one and planted faults, each of which must be found. */
export interface Order {
  /** park notes the count of rings and sets the flag only after it looked for work. */
  readonly isFlagAfterCheck?: boolean;
  /** ring looks at the flag before it adds, and park does not look for work again. */
  readonly isFlagReadBeforeAdd?: boolean;
  /** A producer without room says so and does not look again. */
  readonly isRoomUnchecked?: boolean;
  /** A producer without room looks again before it says so. */
  readonly isRoomCheckedBeforeWait?: boolean;
}

/**
 * What a thread does next. `at` names the step and holds the thread's own variables, so that equal cells and equal `at` of
 * both threads mean an equal future. SLEEP: not before it was notified; `isAwake` says so.
 */
export interface Step {
  readonly at: string;
  readonly isBlocked?: () => boolean;
}

const PRODUCER = 0;
const CONSUMER = 1;
type Thread = Generator<Step, void, void>;

class Sleepers {
  readonly isAsleep: [boolean, boolean] = [false, false];
}

export class Model {
  readonly cells: Cells = { head: 0, tail: 0, roomWait: 0, rung: [0, 0], parked: [0, 0] };
  readonly sleepers = new Sleepers();
  readonly threads: readonly [Thread, Thread];
  readonly taken: number[] = [];

  constructor(items: number, capacity: number, order: Order) {
    this.threads = [this.#produce(items, capacity, order), this.#consume(items, order)];
  }

  *#produce(items: number, capacity: number, order: Order): Thread {
    const { cells } = this;
    let known = 0;
    for (let item = 0; item < items; ) {
      const own = `item ${item} known ${known}`;
      yield { at: `produce: load TAIL, ${own}` };
      let hasRoom = item - cells.tail < capacity;
      if (!hasRoom && order.isRoomCheckedBeforeWait) {
        yield { at: `produce: load TAIL again, ${own}` };
        hasRoom = item - cells.tail < capacity;
      }
      if (!hasRoom) {
        yield { at: `produce: store ROOM_WAIT, ${own}` };
        cells.roomWait = 1;
        if (!order.isRoomUnchecked && !order.isRoomCheckedBeforeWait) {
          yield { at: `produce: load TAIL again, ${own}` };
          hasRoom = item - cells.tail < capacity;
        }
      }
      if (!hasRoom) {
        known = yield* this.#park(PRODUCER, known, () => false, order, own);
        continue;
      }
      yield { at: `produce: store ROOM_WAIT 0, ${own}` };
      cells.roomWait = 0;
      yield { at: `produce: store HEAD, ${own}` };
      cells.head = ++item;
      yield* this.#ring(CONSUMER, order, own);
    }
  }

  *#consume(items: number, order: Order): Thread {
    const { cells } = this;
    let known = 0;
    for (let next = 0; next < items; ) {
      const own = `next ${next} known ${known}`;
      yield { at: `consume: load HEAD, ${own}` };
      if (cells.head === next) {
        known = yield* this.#park(CONSUMER, known, () => cells.head !== next, order, own);
        continue;
      }
      this.taken.push(next);
      yield { at: `consume: store TAIL, ${own}` };
      cells.tail = ++next;
      yield { at: `consume: load ROOM_WAIT, ${own}` };
      if (cells.roomWait !== 0) yield* this.#ring(PRODUCER, order, own);
    }
  }

  *#ring(of: number, order: Order, own: string): Generator<Step, void, void> {
    const { rung, parked } = this.cells;
    let isParked = false;
    if (order.isFlagReadBeforeAdd) {
      yield { at: `ring: load PARKED, ${own}` };
      isParked = parked[of] !== 0;
    }
    yield { at: `ring: add RUNG ${isParked}, ${own}` };
    rung[of]!++;
    if (!order.isFlagReadBeforeAdd) {
      yield { at: `ring: load PARKED, ${own}` };
      isParked = parked[of] !== 0;
    }
    if (!isParked) return;
    yield { at: `ring: notify, ${own}` };
    this.sleepers.isAsleep[of] = false;
  }

  /** Returns the count of rings known afterwards. */
  *#park(who: number, knownBefore: number, hasWork: () => boolean, order: Order, own: string): Generator<Step, number, void> {
    const { rung, parked } = this.cells;
    let known = knownBefore;
    if (order.isFlagAfterCheck) {
      yield { at: `park: hasWork, ${own}` };
      if (hasWork()) return known;
      yield { at: `park: load RUNG late, ${own}` };
      known = rung[who]!;
    } else {
      yield { at: `park: load RUNG, ${own}` };
      if (rung[who] !== known) {
        yield { at: `park: load RUNG known, ${own}` };
        return rung[who]!;
      }
    }
    yield { at: `park: store PARKED 1, ${own} ${known}` };
    parked[who] = 1;
    let isWorkThere = false;
    if (!order.isFlagAfterCheck && !order.isFlagReadBeforeAdd) {
      yield { at: `park: hasWork, ${own}` };
      isWorkThere = hasWork();
    }
    if (!isWorkThere) {
      yield { at: `park: wait, ${own} ${known}` };
      if (rung[who] === known) {
        this.sleepers.isAsleep[who] = true;
        yield { at: `park: asleep, ${own}`, isBlocked: () => this.sleepers.isAsleep[who]! };
      }
    }
    yield { at: `park: store PARKED 0, ${own}` };
    parked[who] = 0;
    yield { at: `park: load RUNG known, ${own}` };
    return rung[who]!;
  }
}

export interface Exploration {
  /** Distinct states reached, over all interleavings. */
  readonly states: number;
  /** Names of all steps made. */
  readonly steps: ReadonlySet<string>;
  /** The steps that lead to a state in which nobody can go on and not everything was taken. */
  readonly lostWakeUp: readonly string[] | undefined;
}

/**
 * Every interleaving: from each distinct state, each thread that can go on makes its step. A state is reached by running the
 * model again from the start along a recorded list of choices, because generators cannot be copied.
 */
export function explore(items: number, capacity: number, order: Order): Exploration {
  const seen = new Set<string>();
  const steps = new Set<string>();
  const open: number[][] = [[]];
  while (open.length > 0) {
    const choices = open.pop()!;
    const { model, next, trace } = replay(items, capacity, order, choices);
    const key = JSON.stringify([model.cells, model.sleepers, next.map((step) => step?.at)]);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const line of trace) steps.add(line);
    const runnable = [PRODUCER, CONSUMER].filter((thread) => next[thread] !== undefined && next[thread].isBlocked?.() !== true);
    for (const thread of runnable) open.push([...choices, thread]);
    if (runnable.length === 0 && model.taken.length !== items) return { states: seen.size, steps, lostWakeUp: trace };
  }
  return { states: seen.size, steps, lostWakeUp: undefined };
}

function replay(items: number, capacity: number, order: Order, choices: readonly number[]) {
  const model = new Model(items, capacity, order);
  const advance = (thread: number): Step | undefined => {
    const result = model.threads[thread]!.next();
    return result.done ? undefined : result.value;
  };
  const next = [advance(PRODUCER), advance(CONSUMER)];
  const trace: string[] = [];
  for (const thread of choices) {
    trace.push(next[thread]!.at.split(',')[0]!);
    next[thread] = advance(thread);
  }
  return { model, next, trace };
}
