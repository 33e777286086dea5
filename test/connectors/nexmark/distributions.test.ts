// The generator draws what the benchmark's own generator drew: its statistics against those of recorded set M.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { NexmarkEventFactory } from '#connectors/nexmark/event-at';
import type { Auction, Bid, NexmarkEvent, Person } from '#connectors/nexmark/event';
import { resolveNexmarkOptions } from '#connectors/nexmark/options';
import { conformanceTest } from '../../conformance-folder.js';

const EVENTS = 200_000;

conformanceTest('the generator has the distributions of recorded set M', (folder) => {
  const lines = gunzipSync(readFileSync(join(folder, 'nexmark', 'M', 'events.ndjson.gz'))).toString('utf8').trimEnd().split('\n');
  const recorded = statisticsOf(lines.map((line) => JSON.parse(line) as NexmarkEvent));
  const factory = new NexmarkEventFactory(resolveNexmarkOptions({ events: EVENTS, eventRate: 1_000, seed: 3 }));
  const generated = statisticsOf(Array.from({ length: EVENTS }, (_, place) => factory.eventAt(factory.sequence.numberAt(place))));
  assert.deepEqual(Object.keys(generated).sort(), Object.keys(recorded).sort());
  const far = Object.entries(recorded).filter(([name, { value, tolerance }]) => Math.abs(generated[name]!.value - value) > tolerance * Math.max(1, Math.abs(value)));
  assert.deepEqual(far.map(([name, { value, tolerance }]) => ({ name, recorded: value, generated: generated[name]!.value, tolerance })), []);
});

/** `tolerance` is relative to the recorded value; about four standard errors of the rarer sample. */
interface Statistic {
  readonly value: number;
  readonly tolerance: number;
}

type Statistics = Record<string, Statistic>;

function statisticsOf(events: readonly NexmarkEvent[]): Statistics {
  const statistics: Statistics = {};
  const persons = events.flatMap((event) => event.person ?? []);
  const auctions = events.flatMap((event) => event.auction ?? []);
  const bids = events.flatMap((event) => event.bid ?? []);
  for (const [name, list] of [['persons', persons], ['auctions', auctions], ['bids', bids]] as const) statistics[`count of ${name}`] = { value: list.length, tolerance: 0 };
  addPersons(statistics, persons);
  addAuctions(statistics, auctions);
  addBids(statistics, bids);
  addLags(statistics, events);
  return statistics;
}

function addPersons(statistics: Statistics, persons: readonly Person[]): void {
  addShares(statistics, 'state', persons.map((person) => person.state), 0.2);
  addShares(statistics, 'city', persons.map((person) => person.city), 0.25);
  addShares(statistics, 'first name', persons.map((person) => person.name.split(' ')[0]!), 0.25);
  addShares(statistics, 'last name', persons.map((person) => person.name.split(' ')[1]!), 0.25);
  addMoments(statistics, 'e-mail bytes', persons.map((person) => person.emailAddress.length), 0.02);
  addMoments(statistics, 'credit card bytes', persons.map((person) => person.creditCard.length), 0);
  addMoments(statistics, 'person bytes', persons.map((person) => 8 + person.name.length + person.emailAddress.length + person.creditCard.length + person.city.length + person.state.length + person.extra.length), 0.02);
  statistics['person ids are consecutive'] = { value: Number(persons.every((person, index) => person.id === persons[0]!.id + index)), tolerance: 0 };
}

function addAuctions(statistics: Statistics, auctions: readonly Auction[]): void {
  addShares(statistics, 'category', auctions.map((auction) => String(auction.category)), 0.08);
  addMoments(statistics, 'item name bytes', auctions.map((auction) => auction.itemName.length), 0.04);
  addMoments(statistics, 'description bytes', auctions.map((auction) => auction.description.length), 0.04);
  addMoments(statistics, 'auction bytes', auctions.map((auction) => 48 + auction.itemName.length + auction.description.length + auction.extra.length), 0.01);
  addMoments(statistics, 'life of an auction in ms', auctions.map((auction) => auction.expires - auction.dateTime), 0.03);
  addMoments(statistics, 'digits of the first price', auctions.map((auction) => Math.log10(auction.initialBid)), 0.03);
  addMoments(statistics, 'digits of reserve above first price', auctions.map((auction) => Math.log10(auction.reserve - auction.initialBid)), 0.03);
  statistics['share of hot sellers'] = { value: share(auctions, (auction) => auction.seller % 100 === 0), tolerance: 0.03 };
  statistics['auction ids are consecutive'] = { value: Number(auctions.every((auction, index) => auction.id === auctions[0]!.id + index)), tolerance: 0 };
}

function addBids(statistics: Statistics, bids: readonly Bid[]): void {
  addShares(statistics, 'channel', bids.map((bid) => (bid.channel.startsWith('channel-') ? 'channel-N' : bid.channel)), 0.05);
  addMoments(statistics, 'channel number', bids.flatMap((bid) => (bid.channel.startsWith('channel-') ? Number(bid.channel.slice(8)) : [])), 0.02);
  statistics['channel bytes'] = { value: bids.reduce((sum, bid) => sum + bid.channel.length, 0) / bids.length, tolerance: 0.01 };
  addMoments(statistics, 'url bytes', bids.map((bid) => bid.url.length), 0.06);
  addMoments(statistics, 'extra of a bid bytes', bids.map((bid) => bid.extra.length), 0.01);
  addMoments(statistics, 'digits of the price', bids.map((bid) => Math.log10(bid.price)), 0.01);
  addShares(statistics, 'characters of extra', bids.slice(0, 20_000).flatMap((bid) => [...bid.extra]), 0.12);
  statistics['share of hot auctions'] = { value: share(bids, (bid) => bid.auction % 100 === 0), tolerance: 0.02 };
  statistics['share of hot bidders'] = { value: share(bids, (bid) => bid.bidder % 100 === 1), tolerance: 0.02 };
  const cold = bids.filter((bid) => bid.channel.startsWith('channel-'));
  statistics['share of urls with a channel'] = { value: share(cold, (bid) => /&channel_id=\d+$/.test(bid.url)), tolerance: 0.02 };
  statistics['every url is a Nexmark url'] = { value: Number(bids.every((bid) => /^https:\/\/www\.nexmark\.com\/[a-z_]{1,4}\/[a-z_]{1,4}\/[a-z_]{1,4}\/item\.htm\?query=1/.test(bid.url))), tolerance: 0 };
  statistics['urls per channel'] = { value: new Set(bids.map((bid) => bid.channel + bid.url)).size / new Set(bids.map((bid) => bid.channel)).size, tolerance: 0 };
}

/** How far behind the furthest id, ten ahead of the newest, cold bids and sellers reach: auctions in flight, active people. */
function addLags(statistics: Statistics, events: readonly NexmarkEvent[]): void {
  let auction = 0;
  let person = 0;
  const auctionLags: number[] = [];
  const bidderLags: number[] = [];
  const sellerLags: number[] = [];
  for (const event of events.slice(100_000)) {
    auction = event.auction?.id ?? auction;
    person = event.person?.id ?? person;
    if (event.bid !== null && event.bid.auction % 100 !== 0) auctionLags.push(auction + 10 - event.bid.auction);
    if (event.bid !== null && event.bid.bidder % 100 !== 1 && person > 0) bidderLags.push(person + 1010 - event.bid.bidder);
    if (event.auction !== null && event.auction.seller % 100 !== 0 && person > 0) sellerLags.push(person + 10 - event.auction.seller);
  }
  addMoments(statistics, 'bid behind the furthest auction', auctionLags, 0.05);
  addMoments(statistics, 'bidder behind the furthest person', bidderLags, 0.03);
  addMoments(statistics, 'seller behind the furthest person', sellerLags, 0.1);
}

function addMoments(statistics: Statistics, name: string, values: readonly number[], tolerance: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  statistics[`${name}: mean`] = { value: sorted.reduce((sum, value) => sum + value, 0) / sorted.length, tolerance };
  for (const percent of [10, 50, 90]) statistics[`${name}: p${percent}`] = { value: sorted[Math.floor((sorted.length * percent) / 100)]!, tolerance: tolerance === 0 ? 0 : tolerance + 0.05 };
}

/** The tolerance of a share is in parts of the share, not of 1. */
function addShares(statistics: Statistics, name: string, values: readonly string[], tolerance: number): void {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, count] of counts) statistics[`${name} ${value}`] = { value: (1000 * count) / values.length, tolerance };
}

function share<T>(values: readonly T[], test: (value: T) => boolean): number {
  return (1000 * values.filter(test).length) / values.length;
}
