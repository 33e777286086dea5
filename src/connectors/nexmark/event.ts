// The Nexmark event as every Nexmark source produces it: one record that holds a person, an auction or a bid.
// Times are epoch milliseconds, prices and ids exact integers.
import { Types, type TypeInformation } from '#core/types/type-information';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly emailAddress: string;
  readonly creditCard: string;
  readonly city: string;
  readonly state: string;
  readonly dateTime: number;
  readonly extra: string;
}

export interface Auction {
  readonly id: number;
  readonly itemName: string;
  readonly description: string;
  readonly initialBid: number;
  readonly reserve: number;
  readonly dateTime: number;
  readonly expires: number;
  readonly seller: number;
  readonly category: number;
  readonly extra: string;
}

export interface Bid {
  readonly auction: number;
  readonly bidder: number;
  readonly price: number;
  readonly channel: string;
  readonly url: string;
  readonly dateTime: number;
  readonly extra: string;
}

/** Exactly one of person, auction and bid is present: the one `eventType` names. */
export interface NexmarkEvent {
  readonly eventType: number;
  readonly person: Person | null;
  readonly auction: Auction | null;
  readonly bid: Bid | null;
}

export const NexmarkEventType = { PERSON: 0, AUCTION: 1, BID: 2 } as const;

export type NexmarkKind = 'person' | 'auction' | 'bid';

export const NEXMARK_PERSON = Types.ROW({
  id: Types.LONG, name: Types.STRING, emailAddress: Types.STRING, creditCard: Types.STRING, city: Types.STRING, state: Types.STRING,
  dateTime: Types.LONG, extra: Types.STRING,
}) satisfies TypeInformation<Person>;

export const NEXMARK_AUCTION = Types.ROW({
  id: Types.LONG, itemName: Types.STRING, description: Types.STRING, initialBid: Types.LONG, reserve: Types.LONG, dateTime: Types.LONG,
  expires: Types.LONG, seller: Types.LONG, category: Types.LONG, extra: Types.STRING,
}) satisfies TypeInformation<Auction>;

export const NEXMARK_BID = Types.ROW({
  auction: Types.LONG, bidder: Types.LONG, price: Types.LONG, channel: Types.STRING, url: Types.STRING, dateTime: Types.LONG, extra: Types.STRING,
}) satisfies TypeInformation<Bid>;

export const NEXMARK_EVENT: TypeInformation<NexmarkEvent> = Types.ROW({
  eventType: Types.INT,
  person: Types.NULLABLE(NEXMARK_PERSON),
  auction: Types.NULLABLE(NEXMARK_AUCTION),
  bid: Types.NULLABLE(NEXMARK_BID),
});
