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

const TABLE_BYTES_MAX = 1_720_320;
/** A copy of a fixed number of words may read this far behind the end of a text. */
const COPY_EXCESS_BYTES = 256;
const BLANK = 0x20;
const UNDERSCORE = 0x5f;
const SLASH = 0x2f;
const LETTER_A = 0x61;
const DIGIT_0 = 0x30;

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const AT_SIGN = ascii('@');
const DOT_COM = ascii('.com');
const CHANNEL = ascii('channel-');
const URL_HOST = ascii('https://www.nexmark.com');
const URL_ITEM = ascii('/item.htm?query=1');
const URL_CHANNEL = ascii('&channel_id=');

let table: TextTable | undefined;

/** About 1.7 MB; made in a few milliseconds at the first call of a thread. */
export function textTable(): TextTable {
  return (table ??= new TextTableBuilder().build());
}

/** Text of a span. */
export function spanText(text: TextTable, span: number): string {
  const start = (span >>> 8) * 8;
  return text.bytes.toString('latin1', start, start + (span & 255));
}

/** Writes bytes in place, without strings on the way: every slot thread makes the table while its job starts. */
class TextTableBuilder {
  readonly #words = new Float64Array(TABLE_BYTES_MAX / 8);
  readonly #bytes = Buffer.from(this.#words.buffer).fill(BLANK);
  #length = 0;
  #drawn = 0;

  build(): TextTable {
    const extraStart = this.#addExtra();
    const pool = 1 << POOL_SIZE_LOG2;
    return {
      words: this.#words,
      bytes: this.#bytes,
      extraStart,
      names: this.#pool(FIRST_NAMES.length * LAST_NAMES.length, (index) => this.#put(ascii(`${FIRST_NAMES[Math.floor(index / LAST_NAMES.length)]!} ${LAST_NAMES[index % LAST_NAMES.length]!}`))),
      cities: this.#pool(CITIES.length, (index) => this.#put(ascii(CITIES[index]!))),
      states: this.#pool(STATES.length, (index) => this.#put(ascii(STATES[index]!))),
      emails: this.#pool(pool, () => this.#putEmail()),
      creditCards: this.#pool(pool, () => this.#putCreditCard()),
      itemNames: this.#pool(pool, () => this.#putWord(20, BLANK)),
      descriptions: this.#pool(pool, () => this.#putWord(100, BLANK)),
      channels: this.#pool(CHANNEL_COUNT + HOT_CHANNEL_COUNT, (channel) => this.#putChannel(channel)),
      urls: this.#pool(CHANNEL_COUNT + HOT_CHANNEL_COUNT, (channel) => this.#putUrl(channel)),
    };
  }

  #pool(count: number, put: (index: number) => void): TextPool {
    const spans = new Int32Array(count);
    for (let index = 0; index < count; index++) {
      const start = this.#length;
      put(index);
      const length = this.#length - start;
      assert(length < 256 && this.#length + COPY_EXCESS_BYTES <= TABLE_BYTES_MAX, 'a pool text is shorter than 256 bytes and fits the table');
      spans[index] = ((start >>> 3) << 8) | length;
      this.#length = (this.#length + 7) & ~7;
    }
    return spans;
  }

  #below(limit: number): number {
    return Math.floor((this.#draw() >>> 0) * 2 ** -32 * limit);
  }

  #draw(): number {
    return mix32(Math.imul(++this.#drawn, 0x632be5ab) ^ 0x5bd1e995);
  }

  /** Byte by byte: Buffer.write takes a microsecond a call while the program is cold, and there are 100,000 texts. */
  #put(text: Uint8Array): void {
    const bytes = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < text.length; at++) bytes[start + at] = text[at]!;
    this.#length = start + text.length;
  }

  /** In decimal digits. */
  #putNumber(number: number): void {
    let end = this.#length + 1;
    for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) end++;
    this.#length = end;
    for (let rest = number, at = end - 1; ; at--) {
      this.#bytes[at] = DIGIT_0 + (rest % 10);
      rest = Math.floor(rest / 10);
      if (rest === 0) return;
    }
  }

  /** Nexmark's word: 3 to lengthMax - 1 letters, one in 13 a special character, blanks at the ends cut off. */
  #putWord(lengthMax: number, special: number): void {
    const bytes = this.#bytes;
    const start = this.#length;
    let at = start;
    let entropy = 0;
    for (let left = 3 + this.#below(lengthMax - 3); left > 0; left--) {
      // 26 of 338 = one in 13; three draws to a random word.
      if (entropy < 338) entropy = ((this.#draw() >>> 0) % 338 ** 3) + 338 ** 3;
      const drawn = entropy % 338;
      entropy = (entropy / 338) | 0;
      const byte = drawn < 26 ? special : LETTER_A + (drawn % 26);
      if (byte !== BLANK || at > start) bytes[at++] = byte;
    }
    while (at > start && bytes[at - 1] === BLANK) at--;
    this.#length = at;
  }

  #putEmail(): void {
    this.#putWord(7, BLANK);
    this.#put(AT_SIGN);
    this.#putWord(5, BLANK);
    this.#put(DOT_COM);
  }

  #putCreditCard(): void {
    const bytes = this.#bytes;
    for (let place = 0; place < 19; place++) bytes[this.#length++] = place % 5 === 4 ? BLANK : DIGIT_0 + this.#below(10);
  }

  #putChannel(channel: number): void {
    if (channel >= CHANNEL_COUNT) return this.#put(ascii(HOT_CHANNELS[channel - CHANNEL_COUNT]!));
    this.#put(CHANNEL);
    this.#putNumber(channel);
  }

  /** Nine in ten of the numbered channels carry their number with its bits reversed. */
  #putUrl(channel: number): void {
    this.#put(URL_HOST);
    for (let part = 0; part < 3; part++) {
      this.#bytes[this.#length++] = SLASH;
      this.#putWord(5, UNDERSCORE);
    }
    this.#put(URL_ITEM);
    if (channel >= CHANNEL_COUNT || this.#below(10) === 0) return;
    this.#put(URL_CHANNEL);
    this.#putNumber(Math.abs(reverseBits(channel)));
  }

  /** Padding text: runs of six characters, each run either from a…z or from H…a, as the benchmark's padding looks. */
  #addExtra(): number {
    const end = 8 * (1 << EXTRA_STARTS_LOG2) + 2 * NEXMARK_AVERAGE_BYTES_MAX;
    const bytes = this.#bytes;
    for (let at = 0; at < end; ) {
      const step = this.#draw() < 0 ? -1 : 1;
      let rest = this.#draw() & 0x7fffffff;
      for (const runEnd = Math.min(at + 6, end); at < runEnd; at++) {
        bytes[at] = LETTER_A + step * (rest % 26);
        rest = (rest / 26) | 0;
      }
    }
    this.#length = end;
    return 0;
  }
}

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit++) reversed |= ((value >>> bit) & 1) << (31 - bit);
  return reversed;
}
