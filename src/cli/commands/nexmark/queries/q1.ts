// q1, currency conversion: every bid with its price in euros.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';

export const q1: NexmarkQuery = {
  columns: columnsOf('auction', 'bidder', 'price#', 'dateTime!', 'extra'),
  build: (events) => bidsOf(events).map(({ auction, bidder, price, dateTime, extra }) => ({ auction, bidder, price: 0.908 * price, dateTime, extra })),
};
