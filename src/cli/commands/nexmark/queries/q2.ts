// q2, selection: bids on every 123rd auction.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import { Types } from '#core/types/type-information';

const ROW = Types.ROW({ auction: Types.LONG, price: Types.LONG });
const AUCTION_STEP = 123;

export const q2: NexmarkQuery = {
  columns: columnsOf('auction', 'price'),
  build: (events) => bidsOf(events, (bid) => ({ auction: bid.auction, price: bid.price }), ROW).filter((bid) => bid.auction % AUCTION_STEP === 0),
};
