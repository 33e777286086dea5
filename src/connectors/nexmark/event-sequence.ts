// The arithmetic of event numbers: which kind event n is, which ids exist by then, and when it happens. An epoch is one
// round of persons, auctions and bids, in this order. Everything is a pure function of the number.
import type { NexmarkKind } from '#connectors/nexmark/event';
import type { NexmarkConfig } from '#connectors/nexmark/options';

export const FIRST_PERSON_ID = 1000;
export const FIRST_AUCTION_ID = 1000;
/** The benchmark adds the first person id twice for bidders. */
export const FIRST_BIDDER_ID = 2 * FIRST_PERSON_ID;
export const FIRST_CATEGORY_ID = 10;
export const CATEGORY_COUNT = 5;
/** Ids this far ahead of the newest one are drawn, too. */
export const ID_LEAD = 10;
/** The hot auction, seller and bidder change every so many ids. */
export const HOT_ID_STEP = 100;
/** Multiplier of the shuffle within an out-of-order group. */
export const SHUFFLE_FACTOR = 953;

export class EventSequence {
  readonly config: NexmarkConfig;
  readonly epochEvents: number;

  constructor(config: NexmarkConfig) {
    this.config = config;
    this.epochEvents = config.persons + config.auctions + config.bids;
  }

  kindAt(eventNumber: number): NexmarkKind {
    const offset = eventNumber % this.epochEvents;
    if (offset < this.config.persons) return 'person';
    return offset < this.config.persons + this.config.auctions ? 'auction' : 'bid';
  }

  /** Newest person by event n, counted from 0. */
  lastPersonAt(eventNumber: number): number {
    const epoch = Math.floor(eventNumber / this.epochEvents);
    return epoch * this.config.persons + Math.min(eventNumber % this.epochEvents, this.config.persons - 1);
  }

  /** Newest auction by event n, counted from 0; -1 before the first. */
  lastAuctionAt(eventNumber: number): number {
    const epoch = Math.floor(eventNumber / this.epochEvents);
    const offset = (eventNumber % this.epochEvents) - this.config.persons;
    return epoch * this.config.auctions + Math.min(Math.max(offset, -1), this.config.auctions - 1);
  }

  /** Epoch ms; never decreases with n. */
  timeAt(eventNumber: number): number {
    return this.config.baseTimeMs + Math.floor((eventNumber * 1000) / this.config.eventRate);
  }

  /** Number of the event that comes at place `position` (0 = first) of the stream. */
  numberAt(position: number): number {
    const eventNumber = position + this.config.firstEventNumber;
    const group = this.config.outOfOrderGroupSize;
    if (group === 1) return eventNumber;
    const offset = eventNumber % group;
    return eventNumber - offset + ((offset * SHUFFLE_FACTOR) % group);
  }

  /** Events until as many auctions have opened as are in flight: the time it takes is the mean life of an auction. */
  get auctionLifeEvents(): number {
    return Math.floor((this.config.auctionsInFlight * this.epochEvents) / this.config.auctions);
  }
}
