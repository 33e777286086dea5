// q11, user sessions: how often each bidder bid in a session that ends after 10 s without a bid.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { bidsOf } from '#cli/commands/nexmark/queries/bids';
import { countRows } from '#cli/commands/nexmark/queries/count-rows';
import { Types, type Infer } from '#core/types/type-information';
import { Time } from '#datastream/windowing/time';
import { EventTimeSessionWindows } from '#datastream/windowing/window-assigners';
import type { Collector } from '#streaming/process/process-functions';

const BID = Types.ROW({ bidder: Types.LONG });
const SESSION = Types.ROW({ bidder: Types.LONG, bid_count: Types.LONG, starttime: Types.LONG, endtime: Types.LONG });

export const q11: NexmarkQuery = {
  columns: columnsOf('bidder', 'bid_count', 'starttime!', 'endtime!'),
  build: (events) => bidsOf(events, (bid) => ({ bidder: bid.bidder }), BID)
    .keyBy('bidder')
    .window(EventTimeSessionWindows.withGap(Time.seconds(10)))
    .aggregate(countRows, (bidder: number, context, [count]: Iterable<number>, out: Collector<Infer<typeof SESSION>>) => {
      const { start, end } = context.window();
      out.collect({ bidder, bid_count: count!, starttime: start, endtime: end });
    }).returns(SESSION),
};
