// Which folder below the sink's own a record goes to: the partitions of its output. Thread: the slot's.
import { ConnectorError } from '#connectors/errors';

export interface BucketContext {
  /** Event time of the record, NaN when it has none. */
  readonly timestamp: number;
  readonly watermark: number;
  /** Epoch ms. */
  readonly processingTime: number;
}

/** A relative path, such as `country=de/day=5`; the empty text is the sink's own folder. */
export type BucketAssigner<T> = (record: T, context: BucketContext) => string;

const TOKENS = /yyyy|MM|dd|HH|mm|ss/g;
const PARTS: Readonly<Record<string, Intl.DateTimeFormatPartTypes>> = { yyyy: 'year', MM: 'month', dd: 'day', HH: 'hour', mm: 'minute', ss: 'second' };

/**
 * By processing time.
 * @param pattern of yyyy MM dd HH mm ss and other text. @param timeZone as `Europe/Berlin`; default the host's.
 * Throws CONNECTOR_OPTION_INVALID for an unknown time zone.
 */
export function dateTimeBuckets(pattern = 'yyyy-MM-dd--HH', timeZone?: string): BucketAssigner<unknown> {
  const format = dateTimeFormat(timeZone);
  let second = Number.NaN;
  let bucket = '';
  return (_record, { processingTime }) => {
    const now = Math.floor(processingTime / 1000);
    if (now === second) return bucket;
    second = now;
    const parts = new Map(format.formatToParts(processingTime).map(({ type, value }) => [type, value]));
    bucket = pattern.replaceAll(TOKENS, (token) => (parts.get(PARTS[token]!) ?? token).padStart(token.length, '0'));
    return bucket;
  };
}

function dateTimeFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  } catch (thrown) {
    throw new ConnectorError('CONNECTOR_OPTION_INVALID', `File Sink: option timeZone is ${timeZone}; it must be a time zone such as Europe/Berlin`, { cause: thrown });
  }
}

/** Throws FILE_BUCKET_INVALID for a path that leads out of the sink's folder or to hidden files. */
export function checkBucket(bucket: string): void {
  if (bucket === '' || bucket.split('/').every((name) => name !== '' && !/^[._]/.test(name) && !name.includes('\0'))) return;
  throw new ConnectorError('FILE_BUCKET_INVALID', `a record was assigned to the bucket ${JSON.stringify(bucket)}: give a relative path whose names are not empty and do not begin with . or _`, { context: { bucket } });
}
