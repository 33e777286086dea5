// Hashes, encodings, URLs, internet addresses, PRINTF, UUID.
import { createHash } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { FunctionError } from '#table/errors';
import type { ScalarFunctionDefinition } from '#table/functions/function-definition';
import { Arguments, Results } from '#table/functions/function-signature';
import { formatJava } from '#table/functions/java-format';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { LogicalTypes, type LogicalType } from '#table/types/logical-type';
import { base64Bytes, bytesBase64, bytesText, hexBytes, textBytes } from '#table/values/bytes';
import type { ExactInteger } from '#core/columns/exact-integer';

const { CHARACTER, CHARACTER_OR_BINARY, ANY_INT } = Arguments;
const { STRING, BYTES } = LogicalTypes;

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? textBytes(value) : value);
const digest = (algorithm: string, value: string | Uint8Array): string => createHash(algorithm).update(bytesOf(value)).digest('hex');

const hash = (name: string, algorithm: string, length: number): ScalarFunctionDefinition =>
  scalar(name, { arguments: [CHARACTER_OR_BINARY], result: Results.propagated(LogicalTypes.CHAR(length)) }, (value: string | Uint8Array) => digest(algorithm, value));

function sha2(value: string | Uint8Array, bits: number): string {
  if (![224, 256, 384, 512].includes(bits)) throw new FunctionError('Unsupported algorithm.');
  return digest(`sha${bits}`, value);
}

// ---- base64, hex, charsets

function fromBase64(value: string | Uint8Array): string {
  const text = typeof value === 'string' ? value : bytesText(value);
  const illegal = /[^A-Za-z0-9+/=]/.exec(text);
  if (illegal !== null) throw new FunctionError(`Illegal base64 character ${illegal[0].codePointAt(0)!.toString(16)}`);
  if (text.replace(/=+$/, '').length % 4 === 1) throw new FunctionError('Input byte[] should at least have 2 bytes for base64 bytes');
  return bytesText(base64Bytes(text));
}

function unhex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null;
  // Of an odd number of digits Flink loses the first.
  return hexBytes(text.length % 2 === 0 ? text : `00${text.slice(1)}`);
}

interface Charset {
  readonly encode: (text: string) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => string;
}

const narrow = (max: number): Charset => ({
  encode: (text) => Uint8Array.from([...text].map((char) => (char.codePointAt(0)! <= max ? char.codePointAt(0)! : 63))),
  decode: (bytes) => [...bytes].map((byte) => (byte <= max ? String.fromCharCode(byte) : '\ufffd')).join(''),
});

const swapped = (bytes: Uint8Array): Uint8Array => bytes.map((_byte, index) => bytes[index ^ 1] ?? 0);
const UTF16LE: Charset = { encode: (text) => new Uint8Array(Buffer.from(text, 'utf16le')), decode: (bytes) => Buffer.from(bytes).toString('utf16le') };
const UTF16BE: Charset = { encode: (text) => swapped(UTF16LE.encode(text)), decode: (bytes) => UTF16LE.decode(swapped(bytes)) };

const CHARSETS: Readonly<Record<string, Charset>> = {
  'UTF-8': { encode: textBytes, decode: bytesText },
  'US-ASCII': narrow(127),
  'ISO-8859-1': narrow(255),
  'UTF-16LE': UTF16LE,
  'UTF-16BE': UTF16BE,
  'UTF-16': {
    encode: (text) => new Uint8Array([0xfe, 0xff, ...UTF16BE.encode(text)]),
    decode: (bytes) => (bytes[0] === 0xff && bytes[1] === 0xfe ? UTF16LE.decode(bytes.slice(2)) : UTF16BE.decode(bytes[0] === 0xfe && bytes[1] === 0xff ? bytes.slice(2) : bytes)),
  },
};

const CHARSET_ALIASES: Readonly<Record<string, string>> = { UTF8: 'UTF-8', ASCII: 'US-ASCII', LATIN1: 'ISO-8859-1' };

function charsetOf(name: string): Charset {
  const upper = name.toUpperCase();
  const charset = CHARSETS[CHARSET_ALIASES[upper] ?? upper];
  if (charset === undefined) throw new FunctionError(`Unsupported character set '${name}': one of ${Object.keys(CHARSETS).join(', ')} is wanted`);
  return charset;
}

// ---- URLs

function urlEncode(text: string): string {
  let result = '';
  for (const byte of textBytes(text)) {
    const char = String.fromCharCode(byte);
    result += char === ' ' ? '+' : /[A-Za-z0-9.*_-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}

function urlDecode(text: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return null;
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (escaped) => bytesText(hexBytes(escaped.replaceAll('%', ''))));
}

const KNOWN_PROTOCOLS = ['http', 'https', 'ftp', 'file', 'jar', 'mailto'];
const URL_PARTS = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** A part of a URL as it is written; NULL where the part, or the URL, is none. */
function parseUrl(text: string, part: string, key?: string): string | null {
  const match = URL_PARTS.exec(text.trim());
  if (match === null || !KNOWN_PROTOCOLS.includes(match[1]!.toLowerCase())) return null;
  const [, protocol, authority, path = '', query, reference] = match;
  if (key !== undefined) {
    if (part !== 'QUERY' || query === undefined) return null;
    const found = new RegExp(`(?:^|&)${key.replace(/[\^$\\.*+?()[\]{}|]/g, '\\$&')}=([^&]*)`).exec(query);
    return found?.[1] ?? null;
  }
  const at = authority?.lastIndexOf('@') ?? -1;
  switch (part) {
    case 'HOST': return authority === undefined ? '' : authority.slice(at + 1).replace(/:\d*$/, '');
    case 'PATH': return path;
    case 'QUERY': return query ?? null;
    case 'REF': return reference ?? null;
    case 'PROTOCOL': return protocol!.toLowerCase();
    case 'FILE': return query === undefined ? path : `${path}?${query}`;
    case 'AUTHORITY': return authority ?? null;
    case 'USERINFO': return at < 0 ? null : authority!.slice(0, at);
    default: return null;
  }
}

// ---- internet addresses

/** One to four parts, the last one filling what is left, as inet_aton reads them. */
function inetAton(text: string): number | null {
  const parts = text.split('.');
  if (parts.length < 1 || parts.length > 4 || parts.some((part) => !/^\d{1,10}$/.test(part))) return null;
  const numbers = parts.map(Number);
  const last = numbers.pop()!;
  if (numbers.some((number) => number > 255) || last > (parts.length === 1 ? 255 : 256 ** (4 - numbers.length) - 1)) return null;
  return numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
}

function inetNtoa(value: ExactInteger): string | null {
  if (value < 0 || value > 4294967295) return null;
  const address = Number(value);
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

function uuidFrom(random: () => number): string {
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${digits(8)}-${digits(4)}-4${digits(3)}-${'89ab'[Math.floor(random() * 4)]}${digits(3)}-${digits(12)}`;
}

export const ENCODING_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  hash('MD5', 'md5', 32), hash('SHA1', 'sha1', 40), hash('SHA224', 'sha224', 56), hash('SHA256', 'sha256', 64), hash('SHA384', 'sha384', 96), hash('SHA512', 'sha512', 128),
  scalar('SHA2', { arguments: [CHARACTER_OR_BINARY, ANY_INT], result: Results.propagated(LogicalTypes.VARCHAR(128)) }, sha2),
  scalar('TO_BASE64', { arguments: [CHARACTER_OR_BINARY], result: Results.propagated(STRING) }, (value: string | Uint8Array) => bytesBase64(bytesOf(value))),
  scalar('FROM_BASE64', { arguments: [CHARACTER_OR_BINARY], result: Results.propagated(STRING) }, fromBase64),
  scalar('UNHEX', { arguments: [CHARACTER], result: Results.nullable(BYTES) }, unhex),
  scalar('ENCODE', { arguments: [CHARACTER, CHARACTER], result: Results.propagated(BYTES) }, (text: string, name: string) => charsetOf(name).encode(text)),
  scalar('DECODE', { arguments: [Arguments.BINARY, CHARACTER], result: Results.propagated(STRING) }, (bytes: Uint8Array, name: string) => charsetOf(name).decode(bytes)),
  scalar('URL_ENCODE', { arguments: [CHARACTER], result: Results.nullable(STRING) }, urlEncode),
  scalar('URL_DECODE', { arguments: [CHARACTER], result: Results.nullable(STRING) }, urlDecode),
  scalar('PARSE_URL', { arguments: [CHARACTER, CHARACTER, CHARACTER], optionalCount: 1, result: Results.nullable(STRING) }, parseUrl),
  scalar('INET_ATON', { arguments: [CHARACTER], result: Results.nullable(LogicalTypes.BIGINT) }, inetAton),
  scalar('INET_NTOA', { arguments: [Arguments.INTEGER], result: Results.nullable(STRING) }, inetNtoa),
  boundScalar('PRINTF', { arguments: [CHARACTER], rest: Arguments.ANY, result: Results.nullable(STRING) }, ({ argumentTypes }) => {
    const types = argumentTypes.slice(1) as readonly LogicalType[];
    return (format: string | null, ...values: unknown[]) => (format === null ? null : formatJava(format, values, types));
  }, { seesNulls: true }),
  boundScalar('UUID', { arguments: [], result: Results.notNull(LogicalTypes.CHAR(36)) }, (_call, context) => () => uuidFrom(context.random), { isDeterministic: false }),
];
