// Java's String.format for the conversions that SQL values reach: %s %d %f %e %g %x %o %c %b %% %n with flags, width, precision.
import type { LogicalType } from '#table/types/logical-type';
import { isApproximateNumeric, isInteger } from '#table/types/type-families';
import { timestampText } from '#table/values/datetime-text';
import { decimalText, divideHalfUp, parseDecimal, powerOfTen } from '#table/values/decimal-arithmetic';
import { exactOf } from '#core/columns/exact-integer';
import { doubleText, floatText } from '#table/values/java-number-text';

const SPECIFIER = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/y;

/** NULL where the format does not fit the values. */
export function formatJava(format: string, values: readonly unknown[], types: readonly LogicalType[]): string | null {
  let result = '';
  let next = 0;
  for (let at = 0; at < format.length; ) {
    if (format[at] !== '%') {
      result += format[at];
      at += 1;
      continue;
    }
    SPECIFIER.lastIndex = at;
    const match = SPECIFIER.exec(format);
    if (match === null) return null;
    at += match[0].length;
    const [, index, flags = '', width, precision, conversion = ''] = match;
    if (conversion === '%' || conversion === 'n') {
      result += pad(conversion === '%' ? '%' : '\n', Number(width ?? 0), flags);
      continue;
    }
    const position = index === undefined ? next : Number(index) - 1;
    if (index === undefined) next += 1;
    if (position >= values.length) return null;
    const text = conversionText(conversion, values[position], types[position]!, flags, precision === undefined ? undefined : Number(precision), Number(width ?? 0));
    if (text === undefined) return null;
    result += pad(/[A-Z]/.test(conversion) ? text.toUpperCase() : text, Number(width ?? 0), flags);
  }
  return result;
}

const pad = (text: string, width: number, flags: string): string => (flags.includes('-') ? text.padEnd(width) : text.padStart(width));

/** Undefined where the conversion does not take such a value. */
function conversionText(conversion: string, value: any, type: LogicalType, flags: string, precision: number | undefined, width: number): string | undefined { // any: values of every SQL type
  const letter = conversion.toLowerCase();
  if (letter === 's') return cut(value === null ? 'null' : plainText(value, type), precision);
  if (letter === 'b') return cut(String(value === null ? false : typeof value === 'boolean' ? value : true), precision);
  if (value === null) return 'dfexogc'.includes(letter) ? cut('null', precision) : undefined;
  switch (letter) {
    case 'd': return isWhole(type) && precision === undefined ? signed(grouped(String(value < 0 ? -value : value), flags), value < 0, flags, width) : undefined;
    case 'x': return isWhole(type) ? zeroPadded(unsigned(value, type).toString(16), flags, width) : undefined;
    case 'o': return isWhole(type) ? zeroPadded(unsigned(value, type).toString(8), flags, width) : undefined;
    case 'c': return isInteger(type) ? String.fromCodePoint(Number(value)) : undefined;
    case 'f': return isReal(type) ? fixed(value, type, precision ?? 6, flags, width) : undefined;
    case 'e': return isReal(type) ? signed(exponent(Math.abs(toNumber(value, type)), precision ?? 6), toNumber(value, type) < 0, flags, width) : undefined;
    default: return undefined;
  }
}

const cut = (text: string, precision: number | undefined): string => (precision === undefined ? text : text.slice(0, precision));
const isWhole = (type: LogicalType): boolean => isInteger(type) || ['DATE', 'TIME', 'INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME'].includes(type.kind);
const isReal = (type: LogicalType): boolean => isApproximateNumeric(type) || type.kind === 'DECIMAL';
const toNumber = (value: any, type: LogicalType): number => (type.kind === 'DECIMAL' ? Number(decimalText(value, type.scale)) : value); // any: numbers of every SQL type

function plainText(value: any, type: LogicalType): string { // any: values of every SQL type
  switch (type.kind) {
    case 'FLOAT': return floatText(value);
    case 'DOUBLE': return doubleText(value);
    case 'DECIMAL': return decimalText(value, type.scale);
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return isoText(timestampText(value, type.precision));
    default: return String(value);
  }
}

/** As Java prints a LocalDateTime: seconds only where there are any, fractions in groups of three digits. */
function isoText(text: string): string {
  const [date, time = ''] = text.split(' ');
  const [whole = '', fraction = ''] = time.split('.');
  const digits = fraction.padEnd(9, '0').replace(/(?:000)+$/, '');
  return `${date}T${digits === '' ? whole.replace(/:00$/, '') : `${whole}.${digits}`}`;
}

const unsigned = (value: number | bigint, type: LogicalType): bigint => BigInt.asUintN(type.kind === 'BIGINT' ? 64 : type.kind === 'TINYINT' ? 8 : type.kind === 'SMALLINT' ? 16 : 32, BigInt(value));
const zeroPadded = (text: string, flags: string, width: number): string => (flags.includes('0') ? text.padStart(width, '0') : text);
const grouped = (digits: string, flags: string): string => (flags.includes(',') ? digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',') : digits);

function signed(digits: string, isNegative: boolean, flags: string, width: number): string {
  const sign = isNegative ? (flags.includes('(') ? '(' : '-') : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const end = sign === '(' ? ')' : '';
  return `${sign}${flags.includes('0') ? digits.padStart(width - sign.length - end.length, '0') : digits}${end}`;
}

function fixed(value: any, type: LogicalType, precision: number, flags: string, width: number): string { // any: numbers of every SQL type
  const text = plainText(value, type);
  const parsed = parseDecimal(text);
  if (parsed === undefined) return text;
  const isNegative = text.startsWith('-');
  const size = parsed.unscaled < 0n ? -parsed.unscaled : parsed.unscaled;
  const shift = precision - parsed.scale;
  const digits = decimalText(exactOf(shift >= 0 ? size * powerOfTen(shift) : divideHalfUp(size, powerOfTen(-shift))), precision);
  const [whole = '', fraction] = digits.split('.');
  return signed(`${grouped(whole, flags)}${fraction === undefined ? '' : `.${fraction}`}`, isNegative, flags, width);
}

function exponent(value: number, precision: number): string {
  return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');
}
