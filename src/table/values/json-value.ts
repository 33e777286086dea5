// Values as JSON, as results are printed for programs: numbers where they are exact, text for decimals, dates and large integers,
// lists for arrays and rows, sorted lists of pairs for maps.
import { fieldKeys, timestampUnitDigits, type LogicalType } from '#table/types/logical-type';
import { bitmapText } from '#table/values/bitmap';
import { bytesHex } from '#table/values/bytes';
import { dateText, timestampText, timeText } from '#table/values/datetime-text';
import { decimalText } from '#table/values/decimal-arithmetic';
import { variantText } from '#table/values/variant';

/** The JSON of a value of the type; null for NULL. */
export function jsonOfValue(type: LogicalType, value: any): unknown { // any: values of every SQL type
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'BIGINT': return typeof value === 'bigint' ? value.toString() : value;
    case 'FLOAT': return Number.isFinite(value) ? shortFloat(value) : String(value);
    case 'DOUBLE': return Number.isFinite(value) ? value + 0 : String(value);
    case 'DECIMAL': return decimalText(value, type.scale);
    case 'BINARY': case 'VARBINARY': return bytesHex(value);
    case 'DATE': return dateText(value);
    case 'TIME': return trimmed(timeText(value, 3));
    case 'TIMESTAMP': return trimmed(timestampText(value, timestampUnitDigits(type.precision)).replace(' ', 'T'));
    case 'TIMESTAMP_LTZ': return `${trimmed(timestampText(value, timestampUnitDigits(type.precision)).replace(' ', 'T'))}Z`;
    case 'INTERVAL_YEAR_MONTH': return `P${value}M`;
    case 'INTERVAL_DAY_TIME': return isoDuration(value);
    case 'ARRAY': return value.map((element: unknown) => jsonOfValue(type.element, element));
    case 'MAP': return sortedPairs([...value].map(([key, entry]: [unknown, unknown]) => [jsonOfValue(type.key, key), jsonOfValue(type.value, entry)]));
    case 'MULTISET': return sortedPairs([...value].map(([element, count]: [unknown, number]) => [jsonOfValue(type.element, element), count]));
    case 'ROW': case 'STRUCTURED': return fieldKeys(type).map((key, index) => jsonOfValue(type.fields[index]!.type, value[key]));
    case 'VARIANT': return variantText(value);
    case 'BITMAP': return bitmapText(value);
    default: return value;
  }
}

const trimmed = (text: string): string => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');

/** The shortest decimal that rounds to the same 32-bit number. */
function shortFloat(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function sortedPairs(pairs: readonly (readonly [unknown, unknown])[]): readonly unknown[] {
  return pairs.map((pair) => [JSON.stringify(pair), pair] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, pair]) => pair);
}

/** `PT26H3M4.5S`, as Java's Duration prints it. */
function isoDuration(ms: number): string {
  if (ms === 0) return 'PT0S';
  const sign = ms < 0 ? -1 : 1;
  const total = Math.abs(ms);
  const [hours, minutes, seconds] = [Math.floor(total / 3_600_000), Math.floor((total % 3_600_000) / 60_000), (total % 60_000) / 1000];
  return `PT${hours === 0 ? '' : `${sign * hours}H`}${minutes === 0 ? '' : `${sign * minutes}M`}${seconds === 0 ? '' : `${sign * seconds}S`}`;
}
