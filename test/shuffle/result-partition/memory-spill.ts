// Spills that stay in memory, and what happened to them.
import assert from 'node:assert/strict';
import type { OverdraftSpill } from '#shuffle/result-partition/overdraft-spill';

export class MemorySpill implements OverdraftSpill {
  readonly #pieces = new Map<number, Uint8Array>();
  #end = 0;
  #readEnd = 0;
  isClosed = false;

  get bytes(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): number {
    assert.equal(this.isClosed, false);
    const position = this.#end;
    this.#pieces.set(position, bytes.slice());
    this.#end += bytes.length;
    return position;
  }

  read(position: number, into: Uint8Array): void {
    assert.equal(this.isClosed, false);
    assert.equal(position, this.#readEnd, 'read once, in order');
    const piece = this.#pieces.get(position)!;
    assert.equal(piece.length, into.length);
    into.set(piece);
    this.#pieces.delete(position);
    this.#readEnd += piece.length;
  }

  close(): void {
    this.isClosed = true;
    this.#pieces.clear();
  }
}
