// q11, user sessions: how often each bidder bid in a session that ends after 10 s without a bid.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import type { Bid } from '#connectors/nexmark/event';
import { Types } from '#core/types/type-information';
import { Time } from '#datastream/windowing/time';
import { EventTimeSessionWindows } from '#datastream/windowing/window-assigners';
import type { AggregateFunction } from '#state/keyed/keyed-state';

const countBids: AggregateFunction<Bid, number, number> = {
  createAccumulator: () => 0,
  add: (_bid, count) => count + 1,
  getResult: (count) => count,
  merge: (a, b) => a + b,
  accumulatorType: Types.LONG,
  resultType: Types.LONG,
};

export const q11: NexmarkQuery = {
  columns: columnsOf('bidder', 'bid_count', 'starttime!', 'endtime!'),
  build: (events) => bidsOf(events)
    .keyBy('bidder', Types.LONG)
    .window(EventTimeSessionWindows.withGap(Time.seconds(10)))
    .aggregate(countBids, function* (bidder: number, context, counts: Iterable<number>) {
      const { start, end } = context.window();
      for (const count of counts) yield { bidder, bid_count: count, starttime: start, endtime: end };
    }),
};
