// The bids among the events, as q0, q1, q2, q5 and q11 read them.
import { NexmarkEventType, type Bid, type NexmarkEvent } from '#connectors/nexmark/event';
import type { DataStream } from '#datastream/stream/data-stream';

export function bidsOf(events: DataStream<NexmarkEvent>): DataStream<Bid> {
  return events.filter((event) => event.eventType === NexmarkEventType.BID).map((event) => event.bid!);
}
