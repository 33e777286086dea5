// The one immutable table of ASCII text that every generated string is a slice of. Made once per thread, equal in every
// thread. A slice starts at a multiple of 8, so strings are copied by 8-byte words; bytes behind a slice's end are ASCII
// of the table, too, so a copy may run over the end. ASCII bytes never form a NaN, so a word survives as a double.
import { Buffer } from 'node:buffer';
import { assert } from '#core/assert';
import { NEXMARK_AVERAGE_BYTES_MAX } from '#connectors/nexmark/options';
import { mix32 } from '#connectors/nexmark/random-words';

/** Slices of one kind. A span is (start in 8-byte words) << 8 | length in bytes. */
export type TextPool = Int32Array;

export const EXTRA_STARTS_LOG2 = 15;
export const CHANNEL_COUNT = 10_000;
export const HOT_CHANNEL_COUNT = 4;
/** Pools drawn from by a 12-bit random number. */
export const POOL_SIZE_LOG2 = 12;

/** Longest text of each pool in bytes, as 8-byte words: how far an unconditional copy goes. */
export const TextWords = { CHANNEL: 2, URL: 10, ITEM_NAME: 3, DESCRIPTION: 13 } as const;

const FIRST_NAMES = 'Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter'.split(',');
const LAST_NAMES = 'Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris'.split(',');
const CITIES = 'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',');
const STATES = 'AZ,CA,ID,OR,WA,WY'.split(',');
const HOT_CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple'] as const;

export interface TextTable {
  readonly words: Float64Array;
  readonly bytes: Buffer;
  readonly names: TextPool;
  readonly cities: TextPool;
  readonly states: TextPool;
  readonly emails: TextPool;
  readonly creditCards: TextPool;
  readonly itemNames: TextPool;
  readonly descriptions: TextPool;
  /** Channel c in [0, CHANNEL_COUNT), then the hot ones; `urls` beside it. */
  readonly channels: TextPool;
  readonly urls: TextPool;
  /** Start of the region of `extra`, in 8-byte words; 2^EXTRA_STARTS_LOG2 starts. */
  readonly extraStart: number;
}

let table: TextTable | undefined;

/** About 2 MiB; made in a few milliseconds at the first call of a thread. */
export function textTable(): TextTable {
  return (table ??= new TextTableBuilder().build());
}

/** Text of a span. */
export function spanText(text: TextTable, span: number): string {
  const start = (span >>> 8) * 8;
  return text.bytes.toString('latin1', start, start + (span & 255));
}

class TextTableBuilder {
  readonly #bytes = Buffer.alloc(3 << 20, 0x20);
  #length = 0;
  #drawn = 0;

  build(): TextTable {
    const extraStart = this.#addExtra();
    const pool = 1 << POOL_SIZE_LOG2;
    const names = FIRST_NAMES.flatMap((first) => LAST_NAMES.map((last) => `${first} ${last}`));
    const channels = Array.from({ length: CHANNEL_COUNT }, (_, channel) => `channel-${channel}`);
    const urls = Array.from({ length: CHANNEL_COUNT }, (_, channel) => this.#channelUrl(channel));
    const parts = {
      names: this.#pool(names),
      cities: this.#pool(CITIES),
      states: this.#pool(STATES),
      emails: this.#pool(Array.from({ length: pool }, () => `${this.#word(7, ' ')}@${this.#word(5, ' ')}.com`)),
      creditCards: this.#pool(Array.from({ length: pool }, () => Array.from({ length: 4 }, () => String(this.#below(10_000)).padStart(4, '0')).join(' '))),
      itemNames: this.#pool(Array.from({ length: pool }, () => this.#word(20, ' '))),
      descriptions: this.#pool(Array.from({ length: pool }, () => this.#word(100, ' '))),
      channels: this.#pool([...channels, ...HOT_CHANNELS]),
      urls: this.#pool([...urls, ...HOT_CHANNELS.map(() => this.#baseUrl())]),
    };
    // Copies of a fixed number of words may read this far behind the last slice.
    const length = this.#length + 256;
    const bytes = this.#bytes.subarray(0, length);
    const words = new Float64Array(new ArrayBuffer(length));
    const own = Buffer.from(words.buffer);
    bytes.copy(own);
    return { words, bytes: own, extraStart, ...parts };
  }

  #below(limit: number): number {
    return Math.floor((mix32(Math.imul(++this.#drawn, 0x632be5ab) ^ 0x5bd1e995) >>> 0) / 2 ** 32 * limit);
  }

  #put(text: string): number {
    assert(text.length < 256 && this.#length + text.length + 8 <= this.#bytes.length, 'a pool text is shorter than 256 bytes and fits the table');
    const span = (this.#length >>> 3) << 8 | text.length;
    this.#bytes.write(text, this.#length, 'latin1');
    this.#length = (this.#length + text.length + 7) & ~7;
    return span;
  }

  #pool(texts: readonly string[]): TextPool {
    return Int32Array.from(texts, (text) => this.#put(text));
  }

  /** Nexmark's word: 3 to lengthMax - 1 letters, one in 13 a special character, blanks at the ends cut off. */
  #word(lengthMax: number, special: string): string {
    let text = '';
    for (let left = 3 + this.#below(lengthMax - 3); left > 0; left--) text += this.#below(13) === 0 ? special : String.fromCharCode(97 + this.#below(26));
    return text.trim();
  }

  #baseUrl(): string {
    return `https://www.nexmark.com/${this.#word(5, '_')}/${this.#word(5, '_')}/${this.#word(5, '_')}/item.htm?query=1`;
  }

  /** Nine in ten carry the channel's number with its bits reversed. */
  #channelUrl(channel: number): string {
    const url = this.#baseUrl();
    return this.#below(10) > 0 ? `${url}&channel_id=${Math.abs(reverseBits(channel))}` : url;
  }

  /** Padding text: runs of six characters, each run either from a…z or from H…a, as the benchmark's padding looks. */
  #addExtra(): number {
    const start = this.#length;
    const end = start + 8 * (1 << EXTRA_STARTS_LOG2) + 2 * NEXMARK_AVERAGE_BYTES_MAX;
    for (let at = start; at < end; at++) {
      if ((at - start) % 6 === 0) this.#isUpperRun = this.#below(2) === 0;
      this.#bytes[at] = 97 + (this.#isUpperRun ? -this.#below(26) : this.#below(26));
    }
    this.#length = (end + 7) & ~7;
    return start >>> 3;
  }

  #isUpperRun = false;
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed |= ((value >>> bit) & 1) << (31 - bit);
  return reversed;
}
