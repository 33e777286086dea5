// What a user may say about the in-process Nexmark generator, and the checked, complete form of it.
import { requireOption } from '#connectors/errors';
import type { NexmarkKind } from '#connectors/nexmark/event';
import { SHUFFLE_FACTOR } from '#connectors/nexmark/event-sequence';

export interface NexmarkSourceOptions {
  /** How many events; absent = unbounded. */
  readonly events?: number;
  /** Any integer; equal seeds give equal events. Default 1. */
  readonly seed?: number;
  /** Events per second of event time. Default 100,000. */
  readonly eventRate?: number;
  /** Epoch ms of event number 0. Default 2026-01-01T00:00:00Z. */
  readonly baseTimeMs?: number;
  /** Number of the first event. Default 1. */
  readonly firstEventNumber?: number;
  /** Persons, auctions and bids per epoch. Default 1, 3, 46. */
  readonly proportions?: Partial<Readonly<Record<NexmarkKind, number>>>;
  /** Average size in bytes that `extra` pads an event to. Default person 200, auction 500, bid 100. */
  readonly averageBytes?: Partial<Readonly<Record<NexmarkKind, number>>>;
  /** 1 in `ratio` goes to a cold key, the rest to the hot one. Default auctions 2, sellers 4, bidders 4. */
  readonly hotRatios?: { readonly auctions?: number; readonly sellers?: number; readonly bidders?: number };
  /** Auctions that still get bids. Default 100. */
  readonly auctionsInFlight?: number;
  /** Newest persons that bid and sell. Default 1,000. */
  readonly activePeople?: number;
  /** Events come shuffled within groups of this size; 1 = in order of event time. Default 1. */
  readonly outOfOrderGroupSize?: number;
  /** Events per block; split i of n makes blocks i, i + n, … so that event time advances together. Default 8,192. */
  readonly blockEvents?: number;
  /** Columns to make, e.g. `bid.price`, `person` (all of it), `eventType`. Default all. Others are absent from the produced type. */
  readonly columns?: readonly string[];
  /** Makes only the columns that the program reads, where that can be known; `columns` overrules it. Default false: every column, as Flink's source does. */
  readonly isPushDown?: boolean;
  /** Kinds to make; events of other kinds are left out. Default all. */
  readonly eventTypes?: readonly NexmarkKind[];
}

/** Every value present and checked. Plain data. */
export interface NexmarkConfig {
  /** Infinity when unbounded. */
  readonly events: number;
  readonly seed: number;
  readonly eventRate: number;
  readonly baseTimeMs: number;
  readonly firstEventNumber: number;
  readonly persons: number;
  readonly auctions: number;
  readonly bids: number;
  readonly averageBytes: Readonly<Record<NexmarkKind, number>>;
  readonly hotAuctions: number;
  readonly hotSellers: number;
  readonly hotBidders: number;
  readonly auctionsInFlight: number;
  readonly activePeople: number;
  readonly outOfOrderGroupSize: number;
  readonly blockEvents: number;
  readonly eventTypes: readonly NexmarkKind[];
}

export const NEXMARK_KINDS: readonly NexmarkKind[] = ['person', 'auction', 'bid'];

const DEFAULT_BASE_TIME_MS = Date.UTC(2026, 0, 1);
/** The text table keeps this much room behind its last start. */
export const NEXMARK_AVERAGE_BYTES_MAX = 4096;

/** Throws CONNECTOR_OPTION_INVALID for a value the generator cannot work with. */
export function resolveNexmarkOptions(options: NexmarkSourceOptions): NexmarkConfig {
  const config: NexmarkConfig = {
    events: options.events ?? Number.POSITIVE_INFINITY,
    seed: options.seed ?? 1,
    eventRate: options.eventRate ?? 100_000,
    baseTimeMs: options.baseTimeMs ?? DEFAULT_BASE_TIME_MS,
    firstEventNumber: options.firstEventNumber ?? 1,
    persons: options.proportions?.person ?? 1,
    auctions: options.proportions?.auction ?? 3,
    bids: options.proportions?.bid ?? 46,
    averageBytes: { person: 200, auction: 500, bid: 100, ...options.averageBytes },
    hotAuctions: options.hotRatios?.auctions ?? 2,
    hotSellers: options.hotRatios?.sellers ?? 4,
    hotBidders: options.hotRatios?.bidders ?? 4,
    auctionsInFlight: options.auctionsInFlight ?? 100,
    activePeople: options.activePeople ?? 1000,
    outOfOrderGroupSize: options.outOfOrderGroupSize ?? 1,
    blockEvents: options.blockEvents ?? 8192,
    eventTypes: options.eventTypes ?? NEXMARK_KINDS,
  };
  checkConfig(config);
  return config;
}

function checkConfig(config: NexmarkConfig): void {
  const check = (condition: boolean, option: string, value: unknown, rule: string) => requireOption(condition, 'Nexmark Source', option, value, rule);
  const integer = (option: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER) =>
    check(Number.isInteger(value) && value >= least && value <= most, option, value, `an integer from ${least} to ${most}`);
  if (config.events !== Number.POSITIVE_INFINITY) integer('events', config.events, 0);
  check(Number.isSafeInteger(config.seed), 'seed', config.seed, 'an integer');
  integer('eventRate', config.eventRate, 1, 1e9);
  check(Number.isSafeInteger(config.baseTimeMs), 'baseTimeMs', config.baseTimeMs, 'an integer (epoch ms)');
  integer('firstEventNumber', config.firstEventNumber, 0);
  for (const [kind, share] of [['person', config.persons], ['auction', config.auctions], ['bid', config.bids]] as const) integer(`proportions.${kind}`, share, 1, 10_000);
  for (const kind of NEXMARK_KINDS) integer(`averageBytes.${kind}`, config.averageBytes[kind], 0, NEXMARK_AVERAGE_BYTES_MAX);
  for (const [name, ratio] of [['auctions', config.hotAuctions], ['sellers', config.hotSellers], ['bidders', config.hotBidders]] as const) integer(`hotRatios.${name}`, ratio, 1, 1000);
  integer('auctionsInFlight', config.auctionsInFlight, 1, 1_000_000);
  integer('activePeople', config.activePeople, 1, 1_000_000);
  integer('outOfOrderGroupSize', config.outOfOrderGroupSize, 1, 100_000);
  check(config.outOfOrderGroupSize % SHUFFLE_FACTOR !== 0, 'outOfOrderGroupSize', config.outOfOrderGroupSize, `no multiple of ${SHUFFLE_FACTOR}, which shuffles the group`);
  integer('blockEvents', config.blockEvents, 1, 100_000_000);
  check(config.eventTypes.length > 0 && config.eventTypes.every((kind) => NEXMARK_KINDS.includes(kind)), 'eventTypes', config.eventTypes, `some of ${NEXMARK_KINDS.join(', ')}`);
}
