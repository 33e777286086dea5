// q0, pass through: every bid.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import { Types } from '#core/types/type-information';

const ROW = Types.ROW({ auction: Types.LONG, bidder: Types.LONG, price: Types.LONG, dateTime: Types.LONG, extra: Types.STRING });

export const q0: NexmarkQuery = {
  columns: columnsOf('auction', 'bidder', 'price', 'dateTime!', 'extra'),
  build: (events) => bidsOf(events, (bid) => ({ auction: bid.auction, bidder: bid.bidder, price: bid.price, dateTime: bid.dateTime, extra: bid.extra }), ROW),
};
