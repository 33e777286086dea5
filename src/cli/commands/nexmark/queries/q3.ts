// q3, local item suggestion: who sells in category 10 in three states. An incremental join: each side waits in state for
// the other, for ever, as the query has no window.
import { columnsOf, type NexmarkQuery } from '#cli/commands/nexmark/nexmark-query';
import { NexmarkEventType } from '#connectors/nexmark/event';
import { Types, type Infer } from '#core/types/type-information';
import type { ListState } from '#state/keyed/keyed-state';
import { KeyedCoProcessFunction, type Collector, type KeyedProcessContext } from '#streaming/process/process-functions';
import type { RuntimeContext } from '#streaming/process/runtime-context';
import { ListStateDescriptor } from '#streaming/process/state-descriptors';

const CATEGORY = 10;

const AUCTION = Types.ROW({ id: Types.LONG, seller: Types.LONG });
const PERSON = Types.ROW({ id: Types.LONG, name: Types.STRING, city: Types.STRING, state: Types.STRING });
const SUGGESTION = Types.ROW({ name: Types.STRING, city: Types.STRING, state: Types.STRING, id: Types.LONG });

type SoldAuction = Infer<typeof AUCTION>;
type Seller = Infer<typeof PERSON>;
type Suggestion = Infer<typeof SUGGESTION>;

/** Keeps both sides whole: a join makes no assumption about ids being unique. */
class SellerJoin extends KeyedCoProcessFunction<number, SoldAuction, Seller, Suggestion> {
  #auctions!: ListState<number>;
  #sellers!: ListState<Seller>;

  override open(context: RuntimeContext): void {
    this.#auctions = context.getListState(new ListStateDescriptor('auctions', Types.LONG));
    this.#sellers = context.getListState(new ListStateDescriptor('sellers', PERSON));
  }

  override processElement1(auction: SoldAuction, _context: KeyedProcessContext<number>, out: Collector<Suggestion>): void {
    this.#auctions.add(auction.id);
    for (const { name, city, state } of this.#sellers.get()) out.collect({ name, city, state, id: auction.id });
  }

  override processElement2(seller: Seller, _context: KeyedProcessContext<number>, out: Collector<Suggestion>): void {
    const { name, city, state } = seller;
    this.#sellers.add(seller);
    for (const id of this.#auctions.get()) out.collect({ name, city, state, id });
  }
}

export const q3: NexmarkQuery = {
  columns: columnsOf('name', 'city', 'state', 'id'),
  build: (events) => {
    // Without the bids first: a stream that two others read is copied for each of them.
    const others = events.filter((event) => event.eventType !== NexmarkEventType.BID);
    const auctions = others
      .filter((event) => event.eventType === NexmarkEventType.AUCTION && event.auction!.category === CATEGORY)
      .map((event) => ({ id: event.auction!.id, seller: event.auction!.seller })).returns(AUCTION);
    const persons = others
      .filter((event) => event.eventType === NexmarkEventType.PERSON && isNear(event.person!.state))
      .map(({ person }) => ({ id: person!.id, name: person!.name, city: person!.city, state: person!.state })).returns(PERSON);
    return auctions.connect(persons).keyBy((auction) => auction.seller, (person) => person.id, Types.LONG)
      .process(() => new SellerJoin()).returns(SUGGESTION);
  },
};

function isNear(state: string): boolean {
  return state === 'OR' || state === 'ID' || state === 'CA';
}
