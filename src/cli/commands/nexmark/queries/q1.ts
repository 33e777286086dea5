// q1, currency conversion: every bid with its price in euros, 0.908 of the one in dollars.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import { Types } from '#core/types/type-information';

const ROW = Types.ROW({ auction: Types.LONG, bidder: Types.LONG, price: Types.DOUBLE, dateTime: Types.LONG, extra: Types.STRING });

export const q1: NexmarkQuery = {
  columns: columnsOf('auction', 'bidder', 'price#', 'dateTime!', 'extra'),
  build: (events) => bidsOf(events, (bid) => ({ auction: bid.auction, bidder: bid.bidder, price: euros(bid.price), dateTime: bid.dateTime, extra: bid.extra }), ROW),
};

/** Multiplied as integers, then divided once: the double next to the exact decimal, so three places print exactly. */
function euros(dollars: number): number {
  return (dollars * 908) / 1000;
}
