// `csv`: columns by position, as Flink's csv format reads and writes them. Texts that hold a character not above the delimiter
// or the quote, or are longer than 24, are written in quotes, as Jackson does.
import { parse } from 'csv-parse/sync';
import { FunctionError } from '#table/errors';
import { decimalNotation } from '#table/formats/decimal-notation';
import { booleanFormatOption, type FormatRequest, type TableFormat } from '#table/formats/table-format';
import { INSERTS } from '#table/factories/table-factory';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type LogicalType } from '#table/types/logical-type';
import { base64Bytes, bytesBase64, fitBytes } from '#table/values/bytes';
import { castFromText } from '#table/values/cast-text';
import { dateText, localTimestampText, timeText } from '#table/values/datetime-text';
import { nanosOfMs, timestampMs } from '#table/values/timestamp-value';
import { timeZoneOf } from '#table/values/time-zone';
import { fitCharacters, valuePrinter } from '#table/values/value-text';

interface CsvSettings {
  readonly delimiter: string;
  /** Undefined: texts are never quoted. */
  readonly quote: string | undefined;
  readonly escape: string | undefined;
  readonly arrayDelimiter: string;
  readonly nullLiteral: string | undefined;
  readonly hasComments: boolean;
  readonly ignoresErrors: boolean;
  readonly hasPlainDecimals: boolean;
}

const UNQUOTED_LENGTH_MAX = 24;

function settingsOf(request: FormatRequest): CsvSettings {
  const character = (name: string, fallback: string): string => {
    // Delimiters may be written as Java's escapes: '\t', '\u0001'.
    const text = (request.option(name) ?? fallback).replace(/\\u([0-9a-fA-F]{4})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))).replace('\\t', '\t');
    return text.length === 1 ? text : request.refuse(name, `must be a string with single character, but was: ${text}`);
  };
  const isQuoteDisabled = booleanFormatOption(request, 'disable-quote-character', false);
  if (isQuoteDisabled && request.option('quote-character') !== undefined) request.refuse('quote-character', 'cannot be used if disable-quote-character is true.');
  return {
    delimiter: character('field-delimiter', ','), quote: isQuoteDisabled ? undefined : character('quote-character', '"'),
    escape: request.option('escape-character') === undefined ? undefined : character('escape-character', ''),
    arrayDelimiter: request.option('array-element-delimiter') ?? ';', nullLiteral: request.option('null-literal'),
    hasComments: booleanFormatOption(request, 'allow-comments', false), ignoresErrors: booleanFormatOption(request, 'ignore-parse-errors', false),
    hasPlainDecimals: !booleanFormatOption(request, 'write-bigdecimal-in-scientific-notation', true),
  };
}

export const csvFormat: TableFormat = {
  kind: 'text',
  identifier: 'csv',
  options: ['field-delimiter', 'disable-quote-character', 'quote-character', 'allow-comments', 'ignore-parse-errors', 'array-element-delimiter', 'escape-character', 'null-literal', 'write-bigdecimal-in-scientific-notation'],
  changes: INSERTS,
  multiLineQuote: (request) => (request.option('disable-quote-character')?.toLowerCase() === 'true' ? undefined : request.option('quote-character') ?? '"'),
  createDecoder(request) {
    const settings = settingsOf(request);
    const keys = fieldKeys(request.rowType);
    const columns = request.rowType.fields.map(({ name, type }, index) => ({ name, key: keys[index]!, convert: valueDecoder(type, settings) }));
    return (text) => {
      if (text === '' || (settings.hasComments && text.startsWith('#'))) return [];
      const cells = cellsOf(text, settings);
      if (cells.length !== columns.length) {
        if (settings.ignoresErrors && cells.length > columns.length) return [];
        if (!settings.ignoresErrors) throw new FunctionError(`Row length mismatch. ${columns.length} fields expected but was ${cells.length}.`);
      }
      const row: TableRow = {};
      for (const [index, { name, key, convert }] of columns.entries()) row[key] = cellValue(cells[index], name, convert, settings);
      return [row];
    };
  },
  createEncoder(request) {
    const settings = settingsOf(request);
    const keys = fieldKeys(request.rowType);
    const columns = request.rowType.fields.map(({ type }, index) => ({ key: keys[index]!, print: valueEncoder(type, settings) }));
    return (row) => columns.map(({ key, print }) => (row[key] === null || row[key] === undefined ? settings.nullLiteral ?? '' : print(row[key]))).join(settings.delimiter);
  },
};

function cellsOf(text: string, { delimiter, quote, escape }: CsvSettings): readonly string[] {
  if (quote === undefined || !text.includes(quote)) return escape === undefined || !text.includes(escape) ? text.split(delimiter) : escapedCells(text, delimiter, escape);
  return (parse(text, { delimiter, quote, escape: escape ?? quote, relax_column_count: true, relax_quotes: true }) as string[][])[0] ?? [];
}

function escapedCells(text: string, delimiter: string, escape: string): readonly string[] {
  const cells = [''];
  for (let index = 0; index < text.length; index++) {
    if (text[index] === escape && index + 1 < text.length) cells[cells.length - 1] += text[++index]!;
    else if (text[index] === delimiter) cells.push('');
    else cells[cells.length - 1] += text[index]!;
  }
  return cells;
}

function cellValue(cell: string | undefined, name: string, convert: (text: string) => unknown, { nullLiteral, ignoresErrors }: CsvSettings): unknown {
  if (cell === undefined || cell === nullLiteral) return null;
  try {
    return convert(cell);
  } catch (failure) {
    if (!(failure instanceof FunctionError)) throw failure;
    if (ignoresErrors) return null;
    throw new FunctionError(`Fail to deserialize at field: ${name}: ${failure.message}`, { cause: failure });
  }
}

/** Values of columns are trimmed where they are no texts. */
function valueDecoder(type: LogicalType, settings: CsvSettings): (text: string) => unknown {
  switch (type.kind) {
    case 'CHAR': case 'VARCHAR': return (text) => fitCharacters(text, { ...type, kind: 'VARCHAR' });
    case 'BOOLEAN': return (text) => text.trim().toLowerCase() === 'true';
    case 'BINARY': case 'VARBINARY': return (text) => fitBytes(base64Bytes(text), type.length, { isFixed: false });
    case 'ARRAY': {
      const element = valueDecoder(type.element, settings);
      return (text) => (text === '' ? [] : text.split(settings.arrayDelimiter).map((part) => (part === settings.nullLiteral ? null : element(part))));
    }
    case 'ROW': {
      const keys = fieldKeys(type);
      const fields = type.fields.map((field) => valueDecoder(field.type, settings));
      return (text) => {
        const parts = text.split(settings.arrayDelimiter);
        return Object.fromEntries(keys.map((key, index) => [key, parts[index] === undefined || parts[index] === settings.nullLiteral ? null : fields[index]!(parts[index])]));
      };
    }
    default: {
      // Moments are written in UTC, with a Z behind them.
      const cast = castFromText(type, timeZoneOf('UTC'));
      if (cast === undefined) throw new FunctionError(`csv holds no ${type.kind}`);
      return type.kind === 'TIMESTAMP_LTZ' ? (text) => cast(text.trim().replace(/Z$/, '')) : (text) => cast(text.trim());
    }
  }
}

function valueEncoder(type: LogicalType, settings: CsvSettings): (value: any) => string { // any: values of every SQL type
  const plain = plainText(type, settings);
  const isText = !['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'].includes(type.kind);
  const { quote, escape } = settings;
  if (!isText || quote === undefined) return plain;
  const last = Math.max(settings.delimiter.charCodeAt(0), quote.charCodeAt(0), 13);
  return (value) => {
    const text = plain(value);
    if (text.length <= UNQUOTED_LENGTH_MAX && !hasCharacterUpTo(text, last)) return text;
    return `${quote}${text.replaceAll(quote, (escape ?? quote) + quote)}${quote}`;
  };
}

function hasCharacterUpTo(text: string, last: number): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) <= last) return true;
  return false;
}

function plainText(type: LogicalType, settings: CsvSettings): (value: any) => string { // any: values of every SQL type
  const trimmed = (text: string): string => text.replace(/(?:\.0+|(\.\d*?[1-9])0+)$/, '$1');
  switch (type.kind) {
    case 'BOOLEAN': return String;
    case 'DECIMAL': return decimalNotation(type.scale, { isPlain: settings.hasPlainDecimals });
    case 'BINARY': case 'VARBINARY': return (value: Uint8Array) => bytesBase64(value);
    case 'DATE': return (value: number) => dateText(value);
    case 'TIME': return (value: number) => trimmed(timeText(value, 3));
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': {
      const end = type.kind === 'TIMESTAMP_LTZ' ? 'Z' : '';
      return (value) => trimmed(localTimestampText(timestampMs(value, type.precision), nanosOfMs(value, type.precision), type.precision)) + end;
    }
    case 'ARRAY': {
      const element = plainText(type.element, settings);
      return (value: readonly unknown[]) => value.map((part) => (part === null ? settings.nullLiteral ?? '' : element(part))).join(settings.arrayDelimiter);
    }
    case 'ROW': {
      const keys = fieldKeys(type);
      const fields = type.fields.map((field) => plainText(field.type, settings));
      return (row: Record<string, unknown>) => keys.map((key, index) => (row[key] === null ? settings.nullLiteral ?? '' : fields[index]!(row[key]))).join(settings.arrayDelimiter);
    }
    default: return valuePrinter(type, timeZoneOf('UTC'));
  }
}
