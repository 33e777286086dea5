// q5, hot items: in every 10 s window that slides by 2 s, the auctions with the most bids. First the bids per auction and
// window; of those each subtask passes on only what may still be the most of its window; last the most per window. The
// counts of one window all carry its last timestamp, so a tumbling window as long as the slide holds exactly them.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import { countRows } from '#cli/commands/nexmark/queries/count-rows';
import { Types, type Infer } from '#core/types/type-information';
import { Time } from '#datastream/windowing/time';
import { SlidingEventTimeWindows, TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import { ProcessFunction, type Collector, type ProcessContext } from '#streaming/process/process-functions';

const SIZE_MS = Time.seconds(10);
const SLIDE_MS = Time.seconds(2);

const BID = Types.ROW({ auction: Types.LONG });
const AUCTION_COUNT = Types.ROW({ auction: Types.LONG, num: Types.LONG, windowEnd: Types.LONG });

type AuctionCount = Infer<typeof AUCTION_COUNT>;

/**
 * Drops counts below the greatest one of their window that this subtask has passed on. What it knows may be lost: then
 * it passes on more, and the result is the same. So it is in no snapshot.
 */
class PassOnHottest extends ProcessFunction<AuctionCount, AuctionCount> {
  #windowEnd = Number.NaN;
  #most = 0;

  override processElement(count: AuctionCount, _context: ProcessContext, out: Collector<AuctionCount>): void {
    if (count.windowEnd !== this.#windowEnd) {
      this.#windowEnd = count.windowEnd;
      this.#most = 0;
    }
    if (count.num < this.#most) return;
    this.#most = count.num;
    out.collect(count);
  }
}

export const q5: NexmarkQuery = {
  columns: columnsOf('auction', 'num'),
  build: (events) => bidsOf(events, (bid) => ({ auction: bid.auction }), BID)
    .keyBy('auction')
    .window(SlidingEventTimeWindows.of(SIZE_MS, SLIDE_MS))
    .aggregate(countRows, (auction: number, context, [num]: Iterable<number>, out: Collector<AuctionCount>) => {
      out.collect({ auction, num: num!, windowEnd: context.window().end });
    }).returns(AUCTION_COUNT)
    .process(() => new PassOnHottest()).returns(AUCTION_COUNT)
    .keyBy('windowEnd')
    .window(TumblingEventTimeWindows.of(SLIDE_MS))
    .process((_windowEnd, _context, counts: Iterable<AuctionCount>) => hottest([...counts])),
};

/** All that have the greatest count. */
function hottest(counts: readonly AuctionCount[]): AuctionCount[] {
  const most = counts.reduce((greatest, { num }) => Math.max(greatest, num), 0);
  return counts.filter(({ num }) => num === most);
}
