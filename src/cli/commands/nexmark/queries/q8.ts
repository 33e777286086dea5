// q8, monitor new users: persons who opened an auction in the 10 s window in which they were created. Both sides are one
// stream of sightings of a person, reduced per window to "who, and did he sell".
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { NexmarkEventType } from '#connectors/nexmark/event';
import { Types, type Infer } from '#core/types/type-information';
import { Time } from '#datastream/windowing/time';
import { TumblingEventTimeWindows } from '#datastream/windowing/window-assigners';
import type { Collector } from '#streaming/process/process-functions';

/** Of a person that was created (with a name) or that opened an auction (without). */
const SIGHTING = Types.ROW({ id: Types.LONG, name: Types.NULLABLE(Types.STRING), isSeller: Types.BOOLEAN });
const NEW_SELLER = Types.ROW({ id: Types.LONG, name: Types.STRING, stime: Types.LONG });

type Sighting = Infer<typeof SIGHTING>;
type NewSeller = Infer<typeof NEW_SELLER>;

export const q8: NexmarkQuery = {
  columns: columnsOf('id', 'name', 'stime!'),
  build: (events) => events
    .filter((event) => event.eventType !== NexmarkEventType.BID)
    .map((event): Sighting => (event.eventType === NexmarkEventType.PERSON
      ? { id: event.person!.id, name: event.person!.name, isSeller: false }
      : { id: event.auction!.seller, name: null, isSeller: true })).returns(SIGHTING)
    .keyBy('id')
    .window(TumblingEventTimeWindows.of(Time.seconds(10)))
    .reduce(meet, (id: number, context, [met]: Iterable<Sighting>, out: Collector<NewSeller>) => {
      if (met!.isSeller && met!.name !== null) out.collect({ id, name: met!.name, stime: context.window().start });
    }).returns(NEW_SELLER),
};

function meet(a: Sighting, b: Sighting): Sighting {
  if ((b.name === null || a.name !== null) && (a.isSeller || !b.isSeller)) return a;
  return { id: a.id, name: a.name ?? b.name, isSeller: a.isSeller || b.isSeller };
}
