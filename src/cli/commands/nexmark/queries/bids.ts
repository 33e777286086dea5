// The bids among the events, cut down to the columns a query needs. The cut comes before any exchange, so that only those
// columns travel.
import { NexmarkEventType, type Bid, type NexmarkEvent } from '#connectors/nexmark/event';
import type { TypeInformation } from '#core/types/type-information';
import type { DataStream } from '#datastream/stream/data-stream';
import type { SingleOutputStreamOperator } from '#datastream/stream/single-output-stream-operator';

/** @param type declared type of what `cut` makes. */
export function bidsOf<R>(events: DataStream<NexmarkEvent>, cut: (bid: Bid) => R, type: TypeInformation<R>): SingleOutputStreamOperator<R> {
  return events
    .filter((event) => event.eventType === NexmarkEventType.BID)
    .map((event) => cut(event.bid!)).returns(type);
}
