// q5, hot items: in every 10 s window that slides by 2 s, the auctions with the most bids. First the bids per auction and
// window, then the greatest count per window: the counts of one window all carry its last timestamp, so a tumbling window
// as long as the slide holds exactly them.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import { Types } from '#core/types/type-information';
import type { Bid } from '#connectors/nexmark/event';
import { Time } from '#datastream/windowing/time';
import { SlidingEventTimeWindows, TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import type { AggregateFunction } from '#state/keyed/keyed-state';

interface AuctionCount {
  readonly auction: number;
  readonly num: number;
  /** End of the window, epoch ms. */
  readonly windowEnd: number;
}

interface Hottest {
  num: number;
  auctions: number[];
}

const AUCTION_COUNT = Types.ROW({ auction: Types.LONG, num: Types.LONG, windowEnd: Types.LONG });

const countBids: AggregateFunction<Bid, number, number> = {
  createAccumulator: () => 0,
  add: (_bid, count) => count + 1,
  getResult: (count) => count,
  merge: (a, b) => a + b,
  accumulatorType: Types.LONG,
  resultType: Types.LONG,
};

const keepHottest: AggregateFunction<AuctionCount, Hottest, Hottest> = {
  createAccumulator: () => ({ num: 0, auctions: [] }),
  add: ({ auction, num }, hottest) => {
    if (num > hottest.num) return { num, auctions: [auction] };
    if (num === hottest.num) hottest.auctions.push(auction);
    return hottest;
  },
  getResult: (hottest) => hottest,
  merge: (a, b) => (a.num === b.num ? { num: a.num, auctions: [...a.auctions, ...b.auctions] } : a.num > b.num ? a : b),
};

export const q5: NexmarkQuery = {
  columns: columnsOf('auction', 'num'),
  build: (events) => bidsOf(events)
    .keyBy('auction', Types.LONG)
    .window(SlidingEventTimeWindows.of(Time.seconds(10), Time.seconds(2)))
    .aggregate(countBids, function* (auction: number, context, counts: Iterable<number>): Iterable<AuctionCount> {
      for (const num of counts) yield { auction, num, windowEnd: context.window().end };
    })
    .returns(AUCTION_COUNT)
    .keyBy('windowEnd', Types.LONG)
    .window(TumblingEventTimeWindows.of(Time.seconds(2)))
    .aggregate(keepHottest, function* (windowEnd: number, _context, results: Iterable<Hottest>) {
      for (const { num, auctions } of results) for (const auction of auctions) yield { auction, num, windowEnd };
    }),
};
