// Where overdraft beyond its share of memory goes: a place that takes bytes and gives them back. Files stand behind it in a
// slot (streaming/task), memory in tests. One spill serves one channel until its backlog is empty. Thread: the producer's slot.
export interface OverdraftSpill {
  /** Keeps a copy of `bytes`; returns their position for `read`. */
  append(bytes: Uint8Array): number;
  /** Fills `into` with what lies at `position`. Each byte is read once, in the order of appending. */
  read(position: number, into: Uint8Array): void;
  /** Gives the space back. Idempotent. */
  close(): void;
}
