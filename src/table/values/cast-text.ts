// Texts as values of other types: what CAST makes of a CHAR or VARCHAR.
import { FunctionError } from '#table/errors';
import type { LogicalType } from '#table/types/logical-type';
import { bitmapOf, type Bitmap } from '#table/values/bitmap';
import { fitBytes, textBytes } from '#table/values/bytes';
import { parseDateText, parseDayTimeInterval, parseTimestampText, parseTimeText, parseYearMonthInterval } from '#table/values/datetime-text';
import { decimalOf, parseDecimal } from '#table/values/decimal-arithmetic';
import { exactOf, type ExactInteger } from '#core/columns/exact-integer';
import { javaTrim, parseJavaDouble } from '#table/values/java-number-text';
import { timestampOf } from '#table/values/timestamp-value';
import { toEpochMs, type TimeZone } from '#table/values/time-zone';

export function castFromText(to: LogicalType, zone: TimeZone): ((text: string) => unknown) | undefined {
  switch (to.kind) {
    case 'BOOLEAN': return booleanOf;
    case 'TINYINT': return (text) => integerOf(text, 8);
    case 'SMALLINT': return (text) => integerOf(text, 16);
    case 'INT': return (text) => integerOf(text, 32);
    case 'BIGINT': return (text) => integerOf(text, 64);
    case 'DECIMAL': return (text) => decimalFromText(text, to.precision, to.scale);
    case 'DOUBLE': return doubleOf;
    case 'FLOAT': return (text) => Math.fround(doubleOf(text));
    case 'BINARY': case 'VARBINARY': return (text) => fitBytes(textBytes(text), to.length, { isFixed: to.kind === 'BINARY' });
    case 'DATE': return (text) => parseDateText(text) ?? failed(`For input string: '${text}'.`);
    case 'TIME': return (text) => timeOf(text, to.precision);
    case 'TIMESTAMP': return (text) => {
      const { ms, nanos } = parseTimestampText(text) ?? failed(`Text '${text}' could not be parsed as a timestamp 'yyyy-MM-dd HH:mm:ss[.SSSSSSSSS]'`);
      return timestampOf(ms, nanos, to.precision);
    };
    case 'TIMESTAMP_LTZ': return (text) => {
      const { ms, nanos } = parseTimestampText(text) ?? failed(`Text '${text}' could not be parsed as a timestamp 'yyyy-MM-dd HH:mm:ss[.SSSSSSSSS]'`);
      return timestampOf(toEpochMs(ms, zone), nanos, to.precision);
    };
    case 'INTERVAL_YEAR_MONTH': return (text) => parseYearMonthInterval(text) ?? failed(`'${text}' is no interval 'years-months'`);
    case 'INTERVAL_DAY_TIME': return (text) => parseDayTimeInterval(text) ?? failed(`'${text}' is no interval 'days hours:minutes:seconds'`);
    case 'BITMAP': return bitmapOfText;
    default: return undefined;
  }
}

function failed(message: string): never {
  throw new FunctionError(message);
}

const TRUE_TEXTS = ['t', 'true', 'y', 'yes', '1'];
const FALSE_TEXTS = ['f', 'false', 'n', 'no', '0'];

function booleanOf(text: string): boolean {
  const lower = text.toLowerCase();
  if (TRUE_TEXTS.includes(lower)) return true;
  return FALSE_TEXTS.includes(lower) ? false : failed(`Cannot parse '${text}' as BOOLEAN.`);
}

const INTEGER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d*)$/;

/** Digits behind a point are cut off; blanks around the number do not matter. */
function integerOf(text: string, bits: 8 | 16 | 32 | 64): ExactInteger {
  const trimmed = javaTrim(text);
  if (trimmed === '') failed(`For input string: '${text}'. Input is empty.`);
  if (!INTEGER.test(trimmed)) failed(`For input string: '${text}'. Invalid character found.`);
  const point = trimmed.indexOf('.');
  const whole = point < 0 ? trimmed : trimmed.slice(0, point);
  if (whole === '' || whole === '+' || whole === '-') return 0;
  const value = whole.length < 16 ? Number(whole) + 0 : exactOf(BigInt(whole));
  const bound = 2 ** (bits - 1);
  if (bits < 64 ? value >= bound || value < -bound : value > 9223372036854775807n || value < -9223372036854775808n) failed(`For input string: '${text}'. Overflow.`);
  return value;
}

function decimalFromText(text: string, precision: number, scale: number): ExactInteger {
  const trimmed = javaTrim(text);
  const parsed = parseDecimal(trimmed) ?? failed(`For input string: '${text}'. Invalid character found.`);
  return decimalOf(parsed, precision, scale) ?? failed(`For input string: '${text}'. Overflow.`);
}

function doubleOf(text: string): number {
  return parseJavaDouble(text) ?? failed(text.trim() === '' ? 'empty String' : `For input string: "${text}"`);
}

function timeOf(text: string, precision: number): number {
  const ms = parseTimeText(text) ?? failed(`Invalid time format: '${text}'. Expected format: HH:mm:ss[.fff] where HH is 00-23, mm is 00-59, ss is 00-59`);
  return precision >= 3 ? ms : ms - (ms % 10 ** (3 - precision));
}

function bitmapOfText(text: string): Bitmap {
  const match = /^\s*\{\s*(\d+(?:\s*,\s*\d+)*)?\s*\}\s*$/.exec(text);
  if (match === null) failed(`'${text}' is no bitmap '{1,2,3}'`);
  const values = (match[1] ?? '').split(',').filter((part) => part.trim() !== '').map(Number);
  if (values.some((value) => value > 4294967295)) failed(`'${text}' is no bitmap '{1,2,3}': a value exceeds 4294967295`);
  return bitmapOf(values);
}
