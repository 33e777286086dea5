// The door to the event loop's queue: "run this soon, not now". Invariant: posts of one lane run in the order they were
// posted; between lanes nothing is promised, and the simulated twin makes use of that. Per thread.

export interface Scheduler {
  /** Runs `action` in a later turn of the event loop. `lane` is any identity that wants order; default: one for all. */
  post(action: () => void, lane?: object): void;
}
