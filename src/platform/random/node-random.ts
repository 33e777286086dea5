// Random from the operating system's generator, read in blocks: a system call per word would cost a microsecond.
import { randomFillSync } from 'node:crypto';
import { WordRandom } from '#platform/random/word-random';

const BLOCK_WORDS = 256;

export class NodeRandom extends WordRandom {
  readonly #block = new Uint32Array(BLOCK_WORDS);
  #position = BLOCK_WORDS;

  protected override nextWord(): number {
    if (this.#position === BLOCK_WORDS) {
      randomFillSync(this.#block);
      this.#position = 0;
    }
    return this.#block[this.#position++]!;
  }

  override split(): NodeRandom {
    return new NodeRandom();
  }
}
