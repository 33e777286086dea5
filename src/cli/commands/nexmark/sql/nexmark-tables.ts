// The tables and views of the benchmark as SQL: one source of events, from which persons, auctions and bids are taken.
import { NEXMARK_RECORDING, type NexmarkSettings } from '#cli/commands/nexmark/nexmark-settings';

const SCHEMA = `
  event_type INT,
  person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP(3), extra STRING>,
  auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING>,
  \`dateTime\` AS CASE event_type WHEN 0 THEN person.dateTime WHEN 1 THEN auction.dateTime ELSE bid.dateTime END,
  WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND`;

const VIEWS = {
  person: `SELECT person.id AS id, person.name AS name, person.emailAddress AS emailAddress, person.creditCard AS creditCard, person.city AS city, person.state AS state, \`dateTime\`, person.extra AS extra
    FROM nexmark WHERE event_type = 0`,
  auction: `SELECT auction.id AS id, auction.itemName AS itemName, auction.description AS description, auction.initialBid AS initialBid, auction.reserve AS reserve, \`dateTime\`,
      auction.expires AS expires, auction.seller AS seller, auction.category AS category, auction.extra AS extra
    FROM nexmark WHERE event_type = 1`,
  bid: `SELECT bid.auction AS auction, bid.bidder AS bidder, bid.price AS price, bid.channel AS channel, bid.url AS url, \`dateTime\`, bid.extra AS extra
    FROM nexmark WHERE event_type = 2`,
} as const;

/** CREATE statements, in order. */
export function nexmarkTables(settings: NexmarkSettings): readonly string[] {
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const list = Object.entries({ connector: 'nexmark', ...sourceOptions(settings) }).map(([key, value]) => `${quoted(key)} = ${quoted(value)}`).join(', ');
  return [`CREATE TABLE nexmark (${SCHEMA}) WITH (${list})`, ...Object.entries(VIEWS).map(([name, query]) => `CREATE VIEW ${name} AS ${query}`)];
}

function sourceOptions({ source, input, events, eventRate }: NexmarkSettings): Readonly<Record<string, string>> {
  const file = input === undefined ? {} : { input };
  if (source === 'recorded') return { ...file, recording: NEXMARK_RECORDING };
  if (input !== undefined) return file;
  return { 'events.num': String(events), 'first-event.rate': String(eventRate), ...(source === 'push-down' ? { 'projection.push-down': 'true' } : {}) };
}
