// The queries of the benchmark as SQL, by name: what each asks is told in its line. q6 is left out: Flink itself refuses it.

export interface NexmarkStatement {
  /** Further tables and functions that the query needs. */
  readonly setUp?: readonly string[];
  readonly query: string;
}

/** Counts of a bidding day: all, and by three classes of price; used by q15 and q16. */
const CLASSES = [
  ['total', ''], ['rank1', ' FILTER (WHERE price < 10000)'], ['rank2', ' FILTER (WHERE price >= 10000 AND price < 1000000)'], ['rank3', ' FILTER (WHERE price >= 1000000)'],
] as const;
const DAY_COUNTS = [
  ...CLASSES.map(([name, filter]) => `COUNT(*)${filter} AS ${name}_bids`),
  ...CLASSES.map(([name, filter]) => `COUNT(DISTINCT bidder)${filter} AS ${name}_bidders`),
  ...CLASSES.map(([name, filter]) => `COUNT(DISTINCT auction)${filter} AS ${name}_auctions`),
].join(',\n  ');

const HOT_WINDOW = "HOP(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '2' SECOND, INTERVAL '10' SECOND)";
const TEN_SECONDS = (table: string): string => `TUMBLE(TABLE ${table}, DESCRIPTOR(\`dateTime\`), INTERVAL '10' SECOND)`;

export const NEXMARK_STATEMENTS: Readonly<Record<string, NexmarkStatement>> = {
  // Every bid.
  q0: { query: 'SELECT auction, bidder, price, `dateTime`, extra FROM bid' },
  // Prices in euros.
  q1: { query: 'SELECT auction, bidder, CAST(0.908 * price AS DECIMAL(23, 3)) AS price, `dateTime`, extra FROM bid' },
  // Bids on every 123rd auction.
  q2: { query: 'SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0' },
  // Who sells in category 10 in three states.
  q3: { query: `SELECT p.name, p.city, p.state, a.id FROM auction AS a JOIN person AS p ON p.id = a.seller
WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')` },
  // Average of the winning prices per category.
  q4: { query: `SELECT w.category AS id, AVG(w.best) AS final FROM (
  SELECT a.id, a.category, MAX(b.price) AS best FROM auction AS a, bid AS b
  WHERE b.auction = a.id AND b.\`dateTime\` BETWEEN a.\`dateTime\` AND a.expires GROUP BY a.id, a.category) AS w
GROUP BY w.category` },
  // Auctions with the most bids in each window of ten seconds.
  q5: { query: `WITH counts AS (SELECT auction, COUNT(*) AS num, window_start, window_end FROM TABLE(${HOT_WINDOW}) GROUP BY auction, window_start, window_end)
SELECT c.auction, c.num FROM counts AS c
JOIN (SELECT MAX(num) AS most, window_start, window_end FROM counts GROUP BY window_start, window_end) AS m
  ON c.window_start = m.window_start AND c.window_end = m.window_end AND c.num >= m.most` },
  // Highest bid of each ten seconds; as in the benchmark itself the bidder stands under price and the price under bidder.
  q7: { query: `SELECT b.auction, b.price AS bidder, b.bidder AS price, b.\`dateTime\`, b.extra FROM bid AS b
JOIN (SELECT MAX(price) AS top, window_end AS until FROM TABLE(${TEN_SECONDS('bid')}) GROUP BY window_start, window_end) AS m
  ON b.price = m.top AND b.\`dateTime\` BETWEEN m.until - INTERVAL '10' SECOND AND m.until` },
  // New persons who opened an auction in the ten seconds in which they came.
  q8: { query: `SELECT p.id, p.name, p.window_start AS stime
FROM (SELECT id, name, window_start, window_end FROM TABLE(${TEN_SECONDS('person')}) GROUP BY id, name, window_start, window_end) AS p
JOIN (SELECT seller, window_start, window_end FROM TABLE(${TEN_SECONDS('auction')}) GROUP BY seller, window_start, window_end) AS a
  ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end` },
  // Every auction with its winning bid.
  q9: { query: `SELECT id, itemName, description, initialBid, reserve, \`dateTime\`, expires, seller, category, extra, auction, bidder, price, bid_dateTime, bid_extra
FROM (
  SELECT a.*, b.auction, b.bidder, b.price, b.\`dateTime\` AS bid_dateTime, b.extra AS bid_extra,
    ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.\`dateTime\` ASC) AS place
  FROM auction AS a JOIN bid AS b ON a.id = b.auction AND b.\`dateTime\` BETWEEN a.\`dateTime\` AND a.expires)
WHERE place <= 1` },
  // Every bid with the day and the minute under which a file of it would lie.
  q10: { query: "SELECT auction, bidder, price, `dateTime`, extra, DATE_FORMAT(`dateTime`, 'yyyy-MM-dd') AS dt, DATE_FORMAT(`dateTime`, 'HH:mm') AS hm FROM bid" },
  // Bids per session of a bidder.
  q11: { query: `SELECT bidder, COUNT(*) AS bid_count, SESSION_START(\`dateTime\`, INTERVAL '10' SECOND) AS starttime, SESSION_END(\`dateTime\`, INTERVAL '10' SECOND) AS endtime
FROM bid GROUP BY bidder, SESSION(\`dateTime\`, INTERVAL '10' SECOND)` },
  // Bids per bidder and ten seconds by the clock.
  q12: { query: `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE clocked_bid, DESCRIPTOR(read_at), INTERVAL '10' SECOND)) GROUP BY bidder, window_start, window_end`, setUp: ['CREATE VIEW clocked_bid AS SELECT bidder, PROCTIME() AS read_at FROM bid'] },
  // Every bid with a value looked up in a side table.
  q13: { query: `SELECT b.auction, b.bidder, b.price, b.\`dateTime\`, s.\`value\` FROM (SELECT *, PROCTIME() AS read_at FROM bid) AS b
JOIN side_input FOR SYSTEM_TIME AS OF b.read_at AS s ON MOD(b.auction, 10000) = s.key` },
  // Bids of middling price with the time of day and how often their text holds a c.
  q14: { query: `SELECT auction, bidder, CAST(0.908 * price AS DECIMAL(23, 3)) AS price,
  CASE WHEN HOUR(\`dateTime\`) >= 8 AND HOUR(\`dateTime\`) <= 18 THEN 'dayTime' WHEN HOUR(\`dateTime\`) <= 6 OR HOUR(\`dateTime\`) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
  \`dateTime\`, extra, CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', '')) AS c_counts
FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000` },
  // Bids, bidders and auctions per day.
  q15: { query: `SELECT DATE_FORMAT(\`dateTime\`, 'yyyy-MM-dd') AS \`day\`,
  ${DAY_COUNTS}
FROM bid GROUP BY DATE_FORMAT(\`dateTime\`, 'yyyy-MM-dd')` },
  // The same per channel.
  q16: { query: `SELECT channel, DATE_FORMAT(\`dateTime\`, 'yyyy-MM-dd') AS \`day\`, MAX(DATE_FORMAT(\`dateTime\`, 'HH:mm')) AS \`minute\`,
  ${DAY_COUNTS}
FROM bid GROUP BY channel, DATE_FORMAT(\`dateTime\`, 'yyyy-MM-dd')` },
  // Prices per auction and day.
  q17: { query: `SELECT auction, DATE_FORMAT(\`dateTime\`, 'yyyy-MM-dd') AS \`day\`,
  ${CLASSES.map(([name, filter]) => `COUNT(*)${filter} AS ${name}_bids`).join(', ')},
  MIN(price) AS min_price, MAX(price) AS max_price, AVG(price) AS avg_price, SUM(price) AS sum_price
FROM bid GROUP BY auction, DATE_FORMAT(\`dateTime\`, 'yyyy-MM-dd')` },
  // Last bid of each bidder on each auction.
  q18: { query: `SELECT auction, bidder, price, channel, url, \`dateTime\`, extra
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY \`dateTime\` DESC) AS place FROM bid) WHERE place <= 1` },
  // Ten highest bids of each auction.
  q19: { query: `SELECT auction, bidder, price, channel, url, \`dateTime\`, extra, rank_number
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number FROM bid) WHERE rank_number <= 10` },
  // Bids with their auctions of category 10.
  q20: { query: `SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.\`dateTime\` AS bid_dateTime, b.extra AS bid_extra,
  a.itemName, a.description, a.initialBid, a.reserve, a.\`dateTime\` AS auction_dateTime, a.expires, a.seller, a.category, a.extra AS auction_extra
FROM bid AS b JOIN auction AS a ON b.auction = a.id WHERE a.category = 10` },
  // Channel numbers, from the channel or from the address.
  q21: { query: `SELECT auction, bidder, price, channel, channel_id FROM (
  SELECT auction, bidder, price, channel, CASE LOWER(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
    ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END AS channel_id FROM bid)
WHERE channel_id IS NOT NULL` },
  // Parts of the address.
  q22: { query: "SELECT auction, bidder, price, channel, SPLIT_INDEX(url, '/', 3) AS dir1, SPLIT_INDEX(url, '/', 4) AS dir2, SPLIT_INDEX(url, '/', 5) AS dir3 FROM bid" },
  // Bids of persons who sell something themselves.
  q23: { query: `SELECT b.bidder, b.price, b.channel, b.url, b.extra AS bid_extra, p.id AS person_id, p.name, p.emailAddress, p.creditCard, p.city, p.state, p.extra AS person_extra,
  a.itemName, a.description, a.initialBid, a.reserve, a.\`dateTime\` AS auction_dateTime, a.expires, a.seller, a.category, a.extra AS auction_extra
FROM bid AS b JOIN person AS p ON p.id = b.bidder JOIN auction AS a ON a.seller = b.bidder` },
};
