// q3, local item suggestion: who sells in category 10 in three states. An incremental join: each side waits in state for
// the other, for ever, as the query has no window.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { NexmarkEventType, type Auction, type Person } from '#connectors/nexmark/event';
import { Types } from '#core/types/type-information';
import type { ListState, ValueState } from '#state/keyed/keyed-state';
import { KeyedCoProcessFunction, type Collector, type KeyedProcessContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { ListStateDescriptor, ValueStateDescriptor } from '#streaming/process/state-descriptors';

const CATEGORY = 10;
const STATES: readonly string[] = ['OR', 'ID', 'CA'];

interface Seller {
  readonly name: string;
  readonly city: string;
  readonly state: string;
}

interface Suggestion extends Seller {
  readonly id: number;
}

const SELLER = Types.ROW({ name: Types.STRING, city: Types.STRING, state: Types.STRING });

class SellerJoin extends KeyedCoProcessFunction<number, Auction, Person, Suggestion> {
  #auctions!: ListState<number>;
  #seller!: ValueState<Seller>;

  override open(context: RuntimeContext): void {
    this.#auctions = context.getListState(new ListStateDescriptor('auctions', Types.LONG));
    this.#seller = context.getState(new ValueStateDescriptor('seller', SELLER));
  }

  override processElement1(auction: Auction, _context: KeyedProcessContext<number>, out: Collector<Suggestion>): void {
    const seller = this.#seller.value();
    this.#auctions.add(auction.id);
    if (seller !== null) out.collect({ name: seller.name, city: seller.city, state: seller.state, id: auction.id });
  }

  override processElement2(person: Person, _context: KeyedProcessContext<number>, out: Collector<Suggestion>): void {
    const { name, city, state } = person;
    this.#seller.update({ name, city, state });
    for (const id of this.#auctions.get()) out.collect({ name, city, state, id });
  }
}

export const q3: NexmarkQuery = {
  columns: columnsOf('name', 'city', 'state', 'id'),
  build: (events) => {
    const auctions = events.filter((event) => event.eventType === NexmarkEventType.AUCTION && event.auction!.category === CATEGORY).map((event) => event.auction!);
    const persons = events.filter((event) => event.eventType === NexmarkEventType.PERSON && STATES.includes(event.person!.state)).map((event) => event.person!);
    return auctions.connect(persons).keyBy((auction) => auction.seller, (person) => person.id, Types.LONG).process(new SellerJoin());
  },
};
