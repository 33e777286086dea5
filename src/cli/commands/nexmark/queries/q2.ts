// q2, selection: bids on every 123rd auction.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';

export const q2: NexmarkQuery = {
  columns: columnsOf('auction', 'price'),
  build: (events) => bidsOf(events).filter((bid) => bid.auction % 123 === 0).map(({ auction, price }) => ({ auction, price })),
};
