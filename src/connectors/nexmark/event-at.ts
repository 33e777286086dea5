// The row form of the generator: event n as an object, field by field. It is the oracle of the generated column loop
// (fill-loop.ts) and draws the same random words for the same fields. Cold: about 100 times the cost of the loop.
import { NexmarkEventType, type Auction, type Bid, type NexmarkEvent, type Person } from '#connectors/nexmark/event';
import {
  CATEGORY_COUNT, EventSequence, FIRST_AUCTION_ID, FIRST_BIDDER_ID, FIRST_CATEGORY_ID, FIRST_PERSON_ID, HOT_ID_STEP, ID_LEAD,
} from '#connectors/nexmark/event-sequence';
import type { NexmarkConfig } from '#connectors/nexmark/options';
import { priceOf, priceTables } from '#connectors/nexmark/price-tables';
import { GAMMA, NexmarkWord, highKey, mix32, wordKeys } from '#connectors/nexmark/random-words';
import { CHANNEL_COUNT, EXTRA_STARTS_LOG2, spanText, textTable } from '#connectors/nexmark/text-table';

/** Fixed bytes of each kind that `extra` counts before it pads. */
export const FIXED_BYTES = { person: 8, auction: 48, bid: 32 } as const;

export class NexmarkEventFactory {
  readonly sequence: EventSequence;
  readonly #config: NexmarkConfig;
  readonly #keys: Int32Array;
  readonly #text = textTable();
  readonly #prices = priceTables();
  #eventNumber = 0;

  constructor(config: NexmarkConfig) {
    this.#config = config;
    this.sequence = new EventSequence(config);
    this.#keys = wordKeys(config.seed);
  }

  /** Event with this number, whatever was made before. */
  eventAt(eventNumber: number): NexmarkEvent {
    this.#eventNumber = eventNumber;
    const kind = this.sequence.kindAt(eventNumber);
    if (kind === 'person') return { eventType: NexmarkEventType.PERSON, person: this.#person(), auction: null, bid: null };
    if (kind === 'auction') return { eventType: NexmarkEventType.AUCTION, person: null, auction: this.#auction(), bid: null };
    return { eventType: NexmarkEventType.BID, person: null, auction: null, bid: this.#bid() };
  }

  #word(index: number): number {
    return mix32((Math.imul(this.#eventNumber, GAMMA) + this.#keys[index]! + highKey(this.#eventNumber)) | 0);
  }

  #person(): Person {
    const a = this.#word(NexmarkWord.TEXT_A);
    const b = this.#word(NexmarkWord.RESERVE);
    const pool = this.#text;
    const name = spanText(pool, pool.names[((a & 0xffff) * pool.names.length) >>> 16]!);
    const city = spanText(pool, pool.cities[((a >>> 16) * pool.cities.length) >>> 16]!);
    const emailAddress = spanText(pool, pool.emails[b & 4095]!);
    const creditCard = spanText(pool, pool.creditCards[(b >>> 12) & 4095]!);
    const state = spanText(pool, pool.states[((b >>> 24) * pool.states.length) >>> 8]!);
    const bytes = FIXED_BYTES.person + name.length + emailAddress.length + creditCard.length + city.length + state.length;
    return {
      id: FIRST_PERSON_ID + this.sequence.lastPersonAt(this.#eventNumber), name, emailAddress, creditCard, city, state,
      dateTime: this.sequence.timeAt(this.#eventNumber), extra: this.#extra(this.#config.averageBytes.person - bytes),
    };
  }

  #auction(): Auction {
    const a = this.#word(NexmarkWord.TEXT_A);
    const pool = this.#text;
    const dateTime = this.sequence.timeAt(this.#eventNumber);
    const horizonMs = this.sequence.timeAt(this.#eventNumber + this.sequence.auctionLifeEvents) - dateTime;
    const lifeMs = 1 + below(this.#word(NexmarkWord.LENGTH), Math.max(2 * horizonMs, 1));
    const itemName = spanText(pool, pool.itemNames[a & 4095]!);
    const description = spanText(pool, pool.descriptions[(a >>> 12) & 4095]!);
    const initialBid = priceOf(this.#prices, this.#word(NexmarkWord.PRICE));
    return {
      id: FIRST_AUCTION_ID + this.sequence.lastAuctionAt(this.#eventNumber), itemName, description, initialBid,
      reserve: initialBid + priceOf(this.#prices, this.#word(NexmarkWord.RESERVE)), dateTime, expires: dateTime + lifeMs,
      seller: FIRST_PERSON_ID + (this.#isHot(0, this.#config.hotSellers) ? hotId(this.sequence.lastPersonAt(this.#eventNumber)) : this.#activePerson()),
      category: FIRST_CATEGORY_ID + below(this.#word(NexmarkWord.AUCTION), CATEGORY_COUNT),
      extra: this.#extra(this.#config.averageBytes.auction - FIXED_BYTES.auction - itemName.length - description.length),
    };
  }

  #bid(): Bid {
    const priceWord = this.#word(NexmarkWord.PRICE);
    const pool = this.#text;
    const isHotChannel = ((priceWord >>> 24) & 1) === 1;
    const channel = isHotChannel ? CHANNEL_COUNT + ((priceWord >>> 25) & 3) : below(this.#word(NexmarkWord.TEXT_A), CHANNEL_COUNT);
    const isHotBidder = this.#isHot(16, this.#config.hotBidders);
    return {
      auction: FIRST_AUCTION_ID + (this.#isHot(0, this.#config.hotAuctions) ? hotId(this.sequence.lastAuctionAt(this.#eventNumber)) : this.#openAuction()),
      bidder: FIRST_BIDDER_ID + (isHotBidder ? hotId(this.sequence.lastPersonAt(this.#eventNumber)) + 1 : this.#activePerson()),
      price: priceOf(this.#prices, priceWord), channel: spanText(pool, pool.channels[channel]!), url: spanText(pool, pool.urls[channel]!),
      dateTime: this.sequence.timeAt(this.#eventNumber), extra: this.#extra(this.#config.averageBytes.bid - FIXED_BYTES.bid),
    };
  }

  #isHot(shift: number, ratio: number): boolean {
    return ((this.#word(NexmarkWord.CHOICE) >>> shift) & 0xffff) >= coldShare(ratio);
  }

  #activePerson(): number {
    const people = this.sequence.lastPersonAt(this.#eventNumber) + 1;
    const active = Math.min(people, this.#config.activePeople);
    return people - active + below(this.#word(NexmarkWord.PERSON), active + ID_LEAD);
  }

  #openAuction(): number {
    const last = this.sequence.lastAuctionAt(this.#eventNumber);
    const first = Math.max(last - this.#config.auctionsInFlight, 0);
    return first + below(this.#word(NexmarkWord.AUCTION), last - first + 1 + ID_LEAD);
  }

  #extra(desiredBytes: number): string {
    if (desiredBytes <= 0) return '';
    const word = this.#word(NexmarkWord.TEXT_B);
    const delta = Math.floor(desiredBytes * 0.2 + 0.5);
    const length = desiredBytes - delta + (((word >>> EXTRA_STARTS_LOG2) * (2 * delta)) >>> (32 - EXTRA_STARTS_LOG2));
    const start = (this.#text.extraStart + (word & ((1 << EXTRA_STARTS_LOG2) - 1))) * 8;
    return this.#text.bytes.toString('latin1', start, start + length);
  }
}

/** Of 65,536 draws, how many are cold when one in `ratio` is. */
export function coldShare(ratio: number): number {
  return Math.round(65536 / ratio);
}

function below(word: number, limit: number): number {
  return Math.floor((word >>> 0) * 2 ** -32 * limit);
}

function hotId(last: number): number {
  return Math.floor(last / HOT_ID_STEP) * HOT_ID_STEP;
}
