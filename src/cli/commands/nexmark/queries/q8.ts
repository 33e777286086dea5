// q8, monitor new users: persons who opened an auction in the 10 s window in which they were created.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { NexmarkEventType } from '#connectors/nexmark/event';
import { Types } from '#core/types/type-information';
import { Time } from '#datastream/windowing/time';
import { TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import type { AggregateFunction } from '#state/keyed/keyed-state';

/** A person (with a name) or the seller of an auction (without). */
interface Sighting {
  readonly id: number;
  readonly name: string | null;
}

const SIGHTING = Types.ROW({ id: Types.LONG, name: Types.NULLABLE(Types.STRING) });
const BOTH = Types.ROW({ name: Types.NULLABLE(Types.STRING), isSeller: Types.BOOLEAN });

interface Both {
  readonly name: string | null;
  readonly isSeller: boolean;
}

const meet: AggregateFunction<Sighting, Both, Both> = {
  createAccumulator: () => ({ name: null, isSeller: false }),
  add: ({ name }, both) => (name === null ? { name: both.name, isSeller: true } : { name, isSeller: both.isSeller }),
  getResult: (both) => both,
  merge: (a, b) => ({ name: a.name ?? b.name, isSeller: a.isSeller || b.isSeller }),
  accumulatorType: BOTH,
  resultType: BOTH,
};

export const q8: NexmarkQuery = {
  columns: columnsOf('id', 'name', 'stime!'),
  build: (events) => events
    .filter((event) => event.eventType !== NexmarkEventType.BID)
    .map((event): Sighting => (event.person !== null ? { id: event.person.id, name: event.person.name } : { id: event.auction!.seller, name: null }))
    .returns(SIGHTING)
    .keyBy('id', Types.LONG)
    .window(TumblingEventTimeWindows.of(Time.seconds(10)))
    .aggregate(meet, function* (id: number, context, results: Iterable<Both>) {
      for (const { name, isSeller } of results) if (name !== null && isSeller) yield { id, name, stime: context.window().start };
    }),
};
