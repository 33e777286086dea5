// hot path. Source text of the loop that makes Nexmark columns: one function per (options, columns), with every option as
// a literal and no code for columns that are not made. Invariant: what it writes for event n equals NexmarkEventFactory.
// Texts are copied by a fixed number of 8-byte words per field, beyond the text's end, and the next text overwrites the
// excess: no loop whose end the processor mispredicts (61 ns per event against 80 with loops; bench/kernels/nexmark-kernels.ts).
// Layout of an event in the heap: every text starts at a multiple of 8; offsets are relative to the heap's start.
import type { Schema } from '#core/columns/schema';
import { FIXED_BYTES, coldShare } from '#connectors/nexmark/event-at';
import type { NexmarkKind } from '#connectors/nexmark/event';
import {
  CATEGORY_COUNT, EventSequence, FIRST_AUCTION_ID, FIRST_BIDDER_ID, FIRST_CATEGORY_ID, FIRST_PERSON_ID, HOT_ID_STEP, ID_LEAD,
} from '#connectors/nexmark/event-sequence';
import type { NexmarkConfig } from '#connectors/nexmark/options';
import { priceTables } from '#connectors/nexmark/price-tables';
import { GAMMA, NexmarkWord, wordKeys } from '#connectors/nexmark/random-words';
import { CHANNEL_COUNT, EXTRA_STARTS_LOG2, TextWords, textTable } from '#connectors/nexmark/text-table';

/** Where a fill stands; the loop reads and writes it. */
export const FillState = { NEXT_EVENT: 0, ROW: 1, HEAP_BYTES: 2 } as const;

/**
 * Makes events [state.NEXT_EVENT, to) from row state.ROW on, until `rowsMax` rows or `heapBytesMax` of heap are full;
 * [from, to) may not cross a multiple of 2^32. `places` are byte offsets from `base`: event times, heap, then per column
 * validity, data, lengths. Row 0 clears the validity bits.
 */
export type NexmarkFillLoop = (
  to: number, rowsMax: number, heapBytesMax: number, i32: Int32Array, f64: Float64Array, base: number, places: Int32Array, state: Float64Array, high: number,
) => void;

export function createFillLoop(config: NexmarkConfig, schema: Schema): { readonly fill: NexmarkFillLoop; readonly rowHeapBytesMax: number } {
  const writer = new FillLoopSource(config, schema);
  const source = writer.write();
  let fill = loops.get(source);
  if (fill === undefined) {
    fill = compile(source);
    if (loops.size >= LOOPS_MAX) loops.clear();
    loops.set(source, fill);
  }
  return { fill, rowHeapBytesMax: writer.rowHeapBytesMax };
}

/** Readers of equal options share a loop, so that the second one finds it optimised: 20 ms of compiling saved. */
const loops = new Map<string, NexmarkFillLoop>();
const LOOPS_MAX = 16;

/** The source is made of options that were checked to be numbers and of names of known columns; no user text gets in. */
function compile(source: string): NexmarkFillLoop {
  const text = textTable();
  const prices = priceTables();
  const make = new Function('words', 'text', 'priceHigh', 'priceLow', `${source}\n//# sourceURL=millrace-nexmark-fill-loop.js`);
  return make(text.words, text, prices.high, prices.low) as NexmarkFillLoop;
}

class FillLoopSource {
  /** Upper bound of what one row takes, the excess of the last copy included. */
  rowHeapBytesMax = 0;
  readonly #config: NexmarkConfig;
  readonly #schema: Schema;
  readonly #keys: Int32Array;
  readonly #columns = new Map<string, number>();

  constructor(config: NexmarkConfig, schema: Schema) {
    this.#config = config;
    this.#schema = schema;
    this.#keys = wordKeys(config.seed);
    for (const column of schema.columns) this.#columns.set(column.path.join('.'), column.index);
  }

  write(): string {
    const { persons, auctions } = this.#config;
    return `"use strict";
const { names, cities, states, emails, creditCards, itemNames, descriptions, channels, urls } = text;
return function fillNexmark(to, rowsMax, heapBytesMax, i32, f64, base, places, state, high) {
  let n = state[0], row = state[1];
  const times = (base + places[0]) >>> 3, heapStart = (base + places[1]) >>> 3;
  let heap = heapStart + (state[2] >>> 3);
  const heapEnd = heapStart + Math.floor((heapBytesMax - ${this.#bound()}) / 8);
${this.#locals()}
  if (row === 0) {
    const validityWords = (rowsMax + 31) >>> 5;
${this.#clearValidity()}
  }
  let epoch = Math.floor(n / ${this.#epochEvents}), offset = n - epoch * ${this.#epochEvents};
  let lastPerson = epoch * ${persons} + Math.min(offset, ${persons - 1});
  let lastAuction = epoch * ${auctions} + Math.min(Math.max(offset - ${persons}, -1), ${auctions - 1});
  let x = Math.imul(n, ${GAMMA}) + high | 0;
  let personFrom = 0, personRange = 0, hotPerson = 0, auctionFrom = 0, auctionRange = 0, hotAuction = 0;
  ${this.#onPerson()}
  ${this.#onAuction()}
  while (n < to && row < rowsMax && heap <= heapEnd) {
    const time = ${this.#config.baseTimeMs} + Math.floor(n * 1000 / ${this.#config.eventRate});
    if (offset >= ${persons + auctions}) {
      ${this.#bid()}
    } else if (offset >= ${persons}) {
      lastAuction = epoch * ${auctions} + (offset - ${persons});
      ${this.#onAuction()}
      ${this.#auction()}
    } else {
      lastPerson = epoch * ${persons} + offset;
      ${this.#onPerson()}
      ${this.#person()}
    }
    n++;
    x = x + ${GAMMA} | 0;
    if (++offset === ${this.#epochEvents}) { offset = 0; epoch++; }
  }
  state[0] = n; state[1] = row; state[2] = (heap - heapStart) * 8;
};`;
  }

  get #epochEvents(): number {
    return this.#config.persons + this.#config.auctions + this.#config.bids;
  }

  /** Byte bound of one row's heap: the longest texts of any kind. */
  #bound(): number {
    const words = (kind: NexmarkKind) => Math.ceil(1.3 * this.#config.averageBytes[kind] / 8) + 1;
    const fixed = { person: 4 * 4 + 4, auction: TextWords.ITEM_NAME + TextWords.DESCRIPTION, bid: TextWords.CHANNEL + TextWords.URL };
    this.rowHeapBytesMax = 8 * Math.max(...this.#config.eventTypes.map((kind) => words(kind) + fixed[kind]), 1);
    return this.rowHeapBytesMax;
  }

  #locals(): string {
    return this.#schema.columns.map(({ index, kind, isNullable }) => {
      const place = (part: number) => `(base + places[${2 + 3 * index + part}])`;
      const lines = [];
      if (isNullable) lines.push(`  const v${index} = ${place(0)} >>> 2;`);
      if (kind !== 'presence') lines.push(`  const c${index} = ${place(1)} >>> ${kind === 'f64' ? 3 : 2};`);
      if (kind === 'var') lines.push(`  const l${index} = ${place(2)} >>> 2;`);
      return lines.join('\n');
    }).join('\n');
  }

  /** Nearly every row is a bid, so its bits start set and the other kinds clear them. */
  #clearValidity(): string {
    return this.#schema.columns.filter((column) => column.kind === 'presence').map(({ index, path }) =>
      `    i32.fill(${path[0] === 'bid' && this.#makes('bid') ? -1 : 0}, v${index}, v${index} + validityWords);`).join('\n');
  }

  #onPerson(): string {
    return `personRange = Math.min(lastPerson + 1, ${this.#config.activePeople}); personFrom = lastPerson + 1 - personRange; personRange += ${ID_LEAD};
      hotPerson = Math.floor(lastPerson / ${HOT_ID_STEP}) * ${HOT_ID_STEP};`;
  }

  #onAuction(): string {
    return `auctionFrom = Math.max(lastAuction - ${this.#config.auctionsInFlight}, 0); auctionRange = lastAuction - auctionFrom + ${1 + ID_LEAD};
      hotAuction = Math.floor(lastAuction / ${HOT_ID_STEP}) * ${HOT_ID_STEP};`;
  }

  #makes(kind: NexmarkKind): boolean {
    return this.#config.eventTypes.includes(kind);
  }

  #wants(path: string): boolean {
    return this.#columns.has(path);
  }

  /** Declares `name` as the random word: mix32 written out, so that inlining does not depend on V8's budget. */
  #word(name: string, index: number): string {
    return `let ${name} = x + ${this.#keys[index]!} | 0;
      ${name} = Math.imul(${name} ^ ${name} >>> 16, ${0x85ebca6b | 0}); ${name} = Math.imul(${name} ^ ${name} >>> 13, ${0xc2b2ae35 | 0}); ${name} ^= ${name} >>> 16;`;
  }

  #number(path: string, value: string): string {
    const index = this.#columns.get(path);
    return index === undefined ? '' : `${this.#schema.columns[index]!.kind === 'f64' ? 'f64' : 'i32'}[c${index} + row] = ${value};`;
  }

  /** Copies `wordCount` words from word `start` of the table; the text is `length` bytes of them. */
  #text(path: string, start: string, length: string, wordCount: number): string {
    const index = this.#columns.get(path);
    if (index === undefined) return '';
    const isShort = wordCount <= 16;
    const copy = isShort
      ? `const from = ${start}; ${Array.from({ length: wordCount }, (_, word) => `f64[heap + ${word}] = words[from + ${word}];`).join(' ')}`
      : `for (let from = ${start}, at = heap, end = heap + (length + 7 >>> 3); at < end; from++, at++) f64[at] = words[from];`;
    return `{ const length = ${length}; ${copy}
        i32[c${index} + row] = heap - heapStart << 3; i32[l${index} + row] = length; heap += length + 7 >>> 3; }`;
  }

  /** A text of a pool, whose span is in the variable `span`. */
  #span(path: string, span: string, wordCount: number): string {
    return this.#text(path, `${span} >>> 8`, `${span} & 255`, wordCount);
  }

  #extra(kind: NexmarkKind, taken: string): string {
    if (!this.#wants(`${kind}.extra`)) return '';
    const mask = (1 << EXTRA_STARTS_LOG2) - 1;
    const desired = `${this.#config.averageBytes[kind]} - (${taken})`;
    return `${this.#word('b', NexmarkWord.TEXT_B)}
      const desired = ${desired}, delta = Math.floor(desired * 0.2 + 0.5);
      const extra = desired <= 0 ? 0 : desired - delta + ((b >>> ${EXTRA_STARTS_LOG2}) * (2 * delta) >>> ${32 - EXTRA_STARTS_LOG2});
      ${this.#text(`${kind}.extra`, `${textTable().extraStart} + (b & ${mask})`, 'extra', this.#extraWords(kind))}`;
  }

  /** A bid's padding has a fixed longest length; those of the other kinds, 8 % of events, are copied by a loop. */
  #extraWords(kind: NexmarkKind): number {
    const desired = this.#config.averageBytes.bid - FIXED_BYTES.bid;
    return kind === 'bid' && desired > 0 ? Math.ceil((desired + Math.floor(desired * 0.2 + 0.5)) / 8) : 17;
  }

  /** Ends a row of `kind`: event time, type, presence bits. */
  #finish(kind: NexmarkKind, code: number): string {
    const bits = this.#schema.columns.filter((column) => column.kind === 'presence').map(({ index, path }) => {
      if (path[0] === kind && kind !== 'bid') return `i32[v${index} + (row >>> 5)] |= 1 << (row & 31);`;
      return path[0] === 'bid' && kind !== 'bid' && this.#makes('bid') ? `i32[v${index} + (row >>> 5)] &= ~(1 << (row & 31));` : '';
    });
    return `${this.#number('eventType', String(code))} ${bits.join(' ')} f64[times + row] = time; row++;`;
  }

  #bid(): string {
    if (!this.#makes('bid')) {
      // A run of bids is left out at once: x moves on by as many steps.
      return `const skip = Math.min(${this.#epochEvents} - offset, to - n) - 1; n += skip; offset += skip; x = x + Math.imul(skip, ${GAMMA}) | 0;`;
    }
    const draw = (limit: string | number) => `(w >>> 0) * ${2 ** -32} * ${limit}`;
    const wantsIds = this.#wants('bid.auction') || this.#wants('bid.bidder');
    const wantsChannel = this.#wants('bid.channel') || this.#wants('bid.url');
    return `${wantsIds ? this.#word('choice', NexmarkWord.CHOICE) : ''}
      ${this.#wants('bid.auction') ? `let auction = hotAuction;
      if ((choice & 0xffff) < ${coldShare(this.#config.hotAuctions)}) { ${this.#word('w', NexmarkWord.AUCTION)} auction = auctionFrom + Math.floor(${draw('auctionRange')}); }` : ''}
      ${this.#number('bid.auction', `auction + ${FIRST_AUCTION_ID}`)}
      ${this.#wants('bid.bidder') ? `let bidder = hotPerson + 1;
      if ((choice >>> 16) < ${coldShare(this.#config.hotBidders)}) { ${this.#word('w', NexmarkWord.PERSON)} bidder = personFrom + Math.floor(${draw('personRange')}); }` : ''}
      ${this.#number('bid.bidder', `bidder + ${FIRST_BIDDER_ID}`)}
      ${wantsChannel || this.#wants('bid.price') ? this.#word('p', NexmarkWord.PRICE) : ''}
      ${this.#number('bid.price', 'Math.floor(priceHigh[p & 4095] * priceLow[p >>> 12 & 4095] + 0.5)')}
      ${wantsChannel ? `let channel = ${CHANNEL_COUNT} + (p >>> 25 & 3);
      if ((p >>> 24 & 1) === 0) { ${this.#word('w', NexmarkWord.TEXT_A)} channel = Math.floor(${draw(CHANNEL_COUNT)}); }` : ''}
      ${this.#wants('bid.channel') ? `const channelSpan = channels[channel]; ${this.#span('bid.channel', 'channelSpan', TextWords.CHANNEL)}` : ''}
      ${this.#wants('bid.url') ? `const urlSpan = urls[channel]; ${this.#span('bid.url', 'urlSpan', TextWords.URL)}` : ''}
      ${this.#number('bid.dateTime', 'time')}
      ${this.#extra('bid', String(FIXED_BYTES.bid))}
      ${this.#finish('bid', 2)}`;
  }

  #auction(): string {
    if (!this.#makes('auction')) return '';
    const wantsSpans = this.#wants('auction.extra') || this.#wants('auction.itemName') || this.#wants('auction.description');
    const lifeEvents = new EventSequence(this.#config).auctionLifeEvents;
    const price = (word: string) => `Math.floor(priceHigh[${word} & 4095] * priceLow[${word} >>> 12 & 4095] + 0.5)`;
    return `${this.#number('auction.id', `lastAuction + ${FIRST_AUCTION_ID}`)}
      ${wantsSpans ? `${this.#word('a', NexmarkWord.TEXT_A)} const item = itemNames[a & 4095], description = descriptions[a >>> 12 & 4095];` : ''}
      ${this.#span('auction.itemName', 'item', TextWords.ITEM_NAME)}
      ${this.#span('auction.description', 'description', TextWords.DESCRIPTION)}
      ${this.#word('p', NexmarkWord.PRICE)} const initialBid = ${price('p')};
      ${this.#number('auction.initialBid', 'initialBid')}
      ${this.#wants('auction.reserve') ? `${this.#word('r', NexmarkWord.RESERVE)} ${this.#number('auction.reserve', `initialBid + ${price('r')}`)}` : ''}
      ${this.#number('auction.dateTime', 'time')}
      ${this.#wants('auction.expires') ? `${this.#word('life', NexmarkWord.LENGTH)}
      const horizon = ${this.#config.baseTimeMs} + Math.floor((n + ${lifeEvents}) * 1000 / ${this.#config.eventRate}) - time;
      ${this.#number('auction.expires', `time + 1 + Math.floor((life >>> 0) * ${2 ** -32} * Math.max(2 * horizon, 1))`)}` : ''}
      ${this.#wants('auction.seller') ? `${this.#word('choice', NexmarkWord.CHOICE)} ${this.#word('w', NexmarkWord.PERSON)}
      ${this.#number('auction.seller', `${FIRST_PERSON_ID} + ((choice & 0xffff) >= ${coldShare(this.#config.hotSellers)} ? hotPerson : personFrom + Math.floor((w >>> 0) * ${2 ** -32} * personRange))`)}` : ''}
      ${this.#wants('auction.category') ? `${this.#word('k', NexmarkWord.AUCTION)} ${this.#number('auction.category', `${FIRST_CATEGORY_ID} + Math.floor((k >>> 0) * ${2 ** -32} * ${CATEGORY_COUNT})`)}` : ''}
      ${this.#extra('auction', `${FIXED_BYTES.auction} + (item & 255) + (description & 255)`)}
      ${this.#finish('auction', 1)}`;
  }

  #person(): string {
    if (!this.#makes('person')) return '';
    return `${this.#number('person.id', `lastPerson + ${FIRST_PERSON_ID}`)}
      ${this.#word('a', NexmarkWord.TEXT_A)} ${this.#word('e', NexmarkWord.RESERVE)}
      const name = names[(a & 0xffff) * names.length >>> 16], city = cities[(a >>> 16) * cities.length >>> 16];
      const email = emails[e & 4095], card = creditCards[e >>> 12 & 4095], area = states[(e >>> 24) * states.length >>> 8];
      ${this.#span('person.name', 'name', 3)} ${this.#span('person.emailAddress', 'email', 3)} ${this.#span('person.creditCard', 'card', 3)}
      ${this.#span('person.city', 'city', 3)} ${this.#span('person.state', 'area', 1)}
      ${this.#number('person.dateTime', 'time')}
      ${this.#extra('person', `${FIXED_BYTES.person} + (name & 255) + (email & 255) + (card & 255) + (city & 255) + (area & 255)`)}
      ${this.#finish('person', 0)}`;
  }
}
