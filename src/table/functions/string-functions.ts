// Texts: case, length, parts, padding, trimming, searching, joining.
import { inlineSplitIndex, splitIndex, takesSplitSlice } from '#table/functions/split-index';
import { FunctionError } from '#table/errors';
import type { ScalarFunctionDefinition } from '#table/functions/function-definition';
import { anyNullable, Arguments, refuse, Results, varying } from '#table/functions/function-signature';
import { CHAR_LENGTH, REPLACE } from '#table/functions/replaced-length';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LENGTH_MAX, LogicalTypes, nullable, withNullability, type LogicalType } from '#table/types/logical-type';
import { isBinary, isCharacter } from '#table/types/type-families';
import { textBytes } from '#table/values/bytes';
import { codePointCount, codePointSlice } from '#table/values/value-text';

const { CHARACTER, ANY_INT } = Arguments;
const { STRING, INT, BOOLEAN } = LogicalTypes;

/** UTF-16 units that the host's texts can have. */
const TEXT_UNITS_MAX = 2 ** 29 - 24;

const ofText = (name: string, implementation: (text: string) => unknown, result = Results.argument(0), inline?: (text: string) => string): ScalarFunctionDefinition =>
  scalar(name, { arguments: [CHARACTER], result }, implementation, inline === undefined ? {} : { inline: (_call, [text]) => inline(text!) });

/** First letter of each word in upper case, the rest in lower case; letters of ASCII only. */
function initCap(text: string): string {
  return text.replace(/[A-Za-z0-9]+/g, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase());
}

/** From position `start`, counted from 1, or from the end where negative; what lies outside is not there. */
export function substring(text: string, start: number, length?: number): string | null {
  if (length !== undefined && length < 0) return null;
  const count = codePointCount(text);
  const from = start > 0 ? start - 1 : start < 0 ? count + start : 0;
  if (from < 0 || from >= count) return '';
  return codePointSlice(text, from, length === undefined ? count : Math.min(count, from + length));
}

function repeat(text: string, count: number): string {
  if (text.length * count > TEXT_UNITS_MAX) throw new FunctionError(`A text of ${text.length * count} characters is too long: at most ${TEXT_UNITS_MAX} are possible`);
  return text.repeat(count);
}

function pad(text: string, length: number, padding: string, isLeft: boolean): string | null {
  if (length < 0 || padding === '') return null;
  const count = codePointCount(text);
  if (count >= length) return codePointSlice(text, 0, length);
  const missing = length - count;
  const filler = codePointSlice(repeat(padding, Math.ceil(missing / codePointCount(padding))), 0, missing);
  return isLeft ? filler + text : text + filler;
}

function overlay(text: string, replacement: string, start: number, length: number = codePointCount(replacement)): string {
  const count = codePointCount(text);
  if (start <= 0 || start > count) return text;
  const head = codePointSlice(text, 0, start - 1) + replacement;
  return length < 0 || start + length > count ? head : head + codePointSlice(text, start + length - 1, count);
}

/** Characters of the set at the ends. */
export function trim(text: string, characters: string, isLeft: boolean, isRight: boolean): string {
  const set = new Set(characters);
  const chars = [...text];
  let start = 0;
  let end = chars.length;
  while (isLeft && start < end && set.has(chars[start]!)) start += 1;
  while (isRight && end > start && set.has(chars[end - 1]!)) end -= 1;
  return chars.slice(start, end).join('');
}

const trimOneSide = (name: string, isLeft: boolean): ScalarFunctionDefinition =>
  scalar(name, { arguments: [CHARACTER, CHARACTER], optionalCount: 1, result: Results.varying(0) }, (text: string, characters = ' ') => trim(text, characters, isLeft, !isLeft));

/** TRIM(BOTH characters FROM text); TRIM(text). */
const trimSides = boundScalar('TRIM', [
  { arguments: [Arguments.SYMBOL, CHARACTER, CHARACTER], result: (types) => varying(types[2]!, anyNullable(types.slice(1))) },
  { arguments: [CHARACTER], result: Results.varying(0) },
], ({ argumentTypes, literals }) => {
  if (argumentTypes.length === 1) return (text: string) => trim(text, ' ', true, true);
  const side = literals[0];
  return (_side: string, characters: string, text: string) => trim(text, characters, side !== 'TRAILING', side !== 'LEADING');
});

/** Position from 1 of an occurrence; searched backwards from the end where `from` is negative. 0 where there is none. */
function instr(text: string, searched: string, from = 1, occurrence = 1): number | null {
  if (occurrence <= 0 || from === 0) return 0;
  if (from > 0) {
    let at = from - 2;
    for (let found = 0; found < occurrence; found += 1) {
      at = text.indexOf(searched, at + 1);
      if (at < 0) return 0;
    }
    return at + 1;
  }
  let at = text.length + from + 1;
  for (let found = 0; found < occurrence; found += 1) {
    if (at - 1 < 0) return 0;
    at = text.lastIndexOf(searched, at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}

/** Position from 1, in code points. */
function position(searched: string, text: string, from = 1): number {
  const chars = from > 1 ? codePointSlice(text, from - 1, LENGTH_MAX) : text;
  if (from > 1 && from > codePointCount(text)) return 0;
  const at = chars.indexOf(searched);
  return at < 0 ? 0 : codePointCount(chars.slice(0, at)) + Math.max(1, from);
}

function concatOperator(types: readonly LogicalType[]): LogicalType {
  const lengths = types.map((type) => (type as { readonly length: number }).length);
  const length = Math.min(LENGTH_MAX, lengths.reduce((sum, part) => sum + part, 0));
  const isFixed = types.every((type) => type.kind === 'CHAR' || type.kind === 'BINARY');
  const kind = isBinary(types[0]!) ? (isFixed ? 'BINARY' : 'VARBINARY') : isFixed ? 'CHAR' : 'VARCHAR';
  return { kind, length, isNullable: anyNullable(types) };
}

const concatenation = boundScalar('||', ({ argumentTypes }) => {
  const isFitting = argumentTypes.every(isCharacter) || argumentTypes.every(isBinary);
  if (!isFitting) return { supportedForms: ["'<STRING> || <STRING>'"] };
  return { argumentTypes, resultType: concatOperator(argumentTypes) };
}, ({ argumentTypes: [type] }) => (isCharacter(type!) ? (left: string, right: string) => left + right : (left: Uint8Array, right: Uint8Array) => {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}), { inline: ({ argumentTypes: [type] }, [left, right]) => (isCharacter(type!) ? `(${left} + ${right})` : undefined) });

const splitForm = (separator: (typeof Arguments)[keyof typeof Arguments]) => ({ arguments: [CHARACTER, separator, ANY_INT], result: Results.nullable(STRING) });

function edge(name: string, test: (text: string, part: string) => boolean, testBytes: (bytes: Uint8Array, part: Uint8Array) => boolean): ScalarFunctionDefinition {
  return boundScalar(name, [
    { arguments: [CHARACTER, CHARACTER], result: Results.propagated(BOOLEAN) },
    { arguments: [Arguments.BINARY, Arguments.BINARY], result: Results.propagated(BOOLEAN) },
  ], ({ argumentTypes: [type] }) => (isCharacter(type!) ? test : testBytes));
}

const sameBytes = (bytes: Uint8Array, part: Uint8Array, offset: number): boolean => offset >= 0 && bytes.length - offset >= part.length && part.every((byte, index) => bytes[offset + index] === byte);

/** ELT(n, a, b, …): the n-th of the texts. */
const elt = boundScalar('ELT', ({ argumentTypes: [index, ...values], literals }) => {
  const common = leastRestrictiveType(values);
  if (index === undefined || values.length === 0 || !(Arguments.ANY_INT.accept(index, []) !== undefined)) return { supportedForms: ['ELT(<INTEGER>, <CHARACTER or BINARY>...)'] };
  if (common === undefined || !(isCharacter(common) || isBinary(common))) return refuse('All values must be texts, or all must be bytes');
  if (typeof literals[0] === 'number' && literals[0] < 0) return refuse(`Index must be an integer starting from '0', but was '${literals[0]}'.`);
  return { argumentTypes: [withNullability(LogicalTypes.BIGINT, index.isNullable), ...values.map((type) => withNullability(common, type.isNullable))], resultType: nullable(common) };
}, () => (index: number | null, ...values: unknown[]) => (index === null || index < 1 ? null : (values[Number(index) - 1] ?? null)), { seesNulls: true });

function translate(text: string | null, from: string | null, to: string | null): string | null {
  if (text === null || from === null) return text;
  const target = [...(to ?? '')];
  const map = new Map<string, string>();
  for (const [index, char] of [...from].entries()) if (!map.has(char)) map.set(char, target[index] ?? '');
  return [...text].map((char) => map.get(char) ?? char).join('');
}

const ofTest = (name: string, pattern: RegExp): ScalarFunctionDefinition =>
  scalar(name, { arguments: [Arguments.ANY], result: Results.notNull(BOOLEAN) }, (value: unknown) => value !== null && pattern.test(String(value)), { seesNulls: true });

const substringForm = { arguments: [CHARACTER, ANY_INT, ANY_INT], optionalCount: 1, result: Results.varyingNullable(0) };
const padForm = { arguments: [CHARACTER, ANY_INT, CHARACTER], result: Results.propagated(STRING) };

export const STRING_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  ofText('UPPER', (text) => text.toUpperCase(), Results.argument(0), (text) => `${text}.toUpperCase()`),
  ofText('LOWER', (text) => text.toLowerCase(), Results.argument(0), (text) => `${text}.toLowerCase()`),
  ofText('INITCAP', initCap),
  ofText('REVERSE', (text) => [...text].reverse().join(''), Results.nullable(STRING)),
  ofText('ASCII', (text) => (text === '' ? 0 : (textBytes(text)[0]! << 24) >> 24), Results.propagated(INT)),
  CHAR_LENGTH,
  scalar('CHR', { arguments: [Arguments.INTEGER], result: Results.nullable(STRING) }, (code: number | bigint) => (code < 0 ? '' : String.fromCharCode(Number(BigInt(code) & 255n)))),
  scalar('SUBSTRING', substringForm, substring, { aliases: ['SUBSTR'] }),
  scalar('LEFT', { arguments: [CHARACTER, ANY_INT], result: Results.varyingNullable(0) }, (text: string, length: number) => codePointSlice(text, 0, Math.max(0, length))),
  scalar('RIGHT', { arguments: [CHARACTER, ANY_INT], result: Results.varyingNullable(0) }, (text: string, length: number) => (length <= 0 ? '' : codePointSlice(text, Math.max(0, codePointCount(text) - length), LENGTH_MAX))),
  scalar('LPAD', padForm, (text: string, length: number, padding: string) => pad(text, length, padding, true), { mayReturnNull: true }),
  scalar('RPAD', padForm, (text: string, length: number, padding: string) => pad(text, length, padding, false), { mayReturnNull: true }),
  scalar('OVERLAY', { arguments: [CHARACTER, CHARACTER, ANY_INT, ANY_INT], optionalCount: 1, result: (types) => ({ ...(concatOperator(types.slice(0, 2)) as LogicalType & { kind: 'VARCHAR' }), kind: 'VARCHAR', isNullable: anyNullable(types) }) }, overlay),
  trimSides, trimOneSide('LTRIM', true), trimOneSide('RTRIM', false),
  scalar('BTRIM', { arguments: [CHARACTER, CHARACTER], optionalCount: 1, result: Results.propagated(STRING) }, (text: string, characters = ' ') => trim(text, characters, true, true)),
  scalar('POSITION', { arguments: [CHARACTER, CHARACTER, ANY_INT], optionalCount: 1, result: Results.propagated(INT) }, position),
  scalar('LOCATE', { arguments: [CHARACTER, CHARACTER, ANY_INT], optionalCount: 1, result: Results.propagated(INT) }, position),
  scalar('INSTR', { arguments: [CHARACTER, CHARACTER, ANY_INT, ANY_INT], optionalCount: 2, result: Results.propagated(INT) }, instr),
  concatenation,
  scalar('CONCAT', { arguments: [CHARACTER], rest: CHARACTER, result: Results.propagated(STRING) }, (...texts: string[]) => texts.join('')),
  scalar('CONCAT_WS', { arguments: [CHARACTER], rest: CHARACTER, result: Results.propagated(STRING) }, (separator: string | null, ...texts: (string | null)[]) =>
    (separator === null ? null : texts.filter((text) => text !== null).join(separator)), { seesNulls: true }),
  scalar('REPEAT', { arguments: [CHARACTER, ANY_INT], result: Results.propagated(STRING) }, (text: string, count: number) => (count <= 0 ? '' : repeat(text, count))),
  REPLACE,
  scalar('SPLIT_INDEX', [splitForm(CHARACTER), splitForm(ANY_INT)], splitIndex, { inline: inlineSplitIndex, takesSlice: takesSplitSlice }),
  scalar('SPLIT', { arguments: [CHARACTER, CHARACTER], result: Results.propagated(LogicalTypes.ARRAY(STRING)) }, (text: string, separator: string) => (text === '' ? [] : separator === '' ? [...text] : text.split(separator))),
  edge('STARTSWITH', (text, part) => text.startsWith(part), (bytes, part) => sameBytes(bytes, part, 0)),
  edge('ENDSWITH', (text, part) => text.endsWith(part), (bytes, part) => sameBytes(bytes, part, bytes.length - part.length)),
  elt,
  scalar('TRANSLATE', { arguments: [CHARACTER, CHARACTER, CHARACTER], result: (types) => withNullability(STRING, types[0]!.isNullable) }, translate, { seesNulls: true }),
  ofTest('IS_ALPHA', /^\p{L}+$/u), ofTest('IS_DIGIT', /^\p{Nd}+$/u), ofTest('IS_DECIMAL', /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/),
  scalar('HASH_CODE', { arguments: [CHARACTER], result: Results.propagated(INT) }, (text: string) => {
    let hash = 0;
    for (let index = 0; index < text.length; index += 1) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
    return hash;
  }),
];
