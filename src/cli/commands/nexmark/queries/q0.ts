// q0, pass through: every bid.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';

export const q0: NexmarkQuery = {
  columns: columnsOf('auction', 'bidder', 'price', 'dateTime!', 'extra'),
  build: (events) => bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price, dateTime, extra })),
};
