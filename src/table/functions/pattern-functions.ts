// LIKE, SIMILAR TO and the REGEXP family.
import { FunctionError } from '#table/errors';
import type { BoundCall, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { Arguments, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { LogicalTypes } from '#table/types/logical-type';
import { javaRegex, tryJavaRegex } from '#table/values/java-regex';

const { CHARACTER, ANY_INT } = Arguments;
const BOOLEAN = LogicalTypes.BOOLEAN;

const escapeRegex = (char: string): string => (/[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);

/** Tokens of a LIKE pattern: texts between wildcards, `_` being any character but the end of a line. `_` and `%` stand for themselves behind the escape character. */
function likeParts(pattern: string, escape: string | undefined): readonly (string | { readonly wildcard: '_' | '%' })[] {
  const parts: (string | { readonly wildcard: '_' | '%' })[] = [];
  let text = '';
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at]!;
    if (char === escape) {
      const next = chars[at + 1];
      if (next === undefined || (next !== '_' && next !== '%' && next !== escape)) throw new FunctionError(`Invalid escape sequence '${pattern}', ${at}`);
      text += next;
      at += 1;
    } else if (char === '_' || char === '%') {
      if (text !== '') parts.push(text);
      text = '';
      parts.push({ wildcard: char });
    } else text += char;
  }
  if (text !== '') parts.push(text);
  return parts;
}

/** Patterns of texts and % at their ends need no regular expression. */
export function compileLike(pattern: string, escape: string | undefined): (text: string) => boolean {
  const parts = likeParts(pattern, escape);
  if (parts.length === 0) return (text) => text === '';
  const isAny = (index: number): boolean => typeof parts[index] === 'object' && (parts[index] as { wildcard: string }).wildcard === '%';
  const [first, second, third] = parts;
  if (parts.length === 1) {
    if (typeof first === 'string') return (text) => text === first;
    if (isAny(0)) return () => true;
  }
  if (parts.length === 2 && typeof first === 'string' && isAny(1)) return (text) => text.startsWith(first);
  if (parts.length === 2 && isAny(0) && typeof second === 'string') return (text) => text.endsWith(second);
  if (parts.length === 3 && isAny(0) && typeof second === 'string' && isAny(2)) return (text) => text.includes(second);
  if (parts.length === 3 && typeof first === 'string' && isAny(1) && typeof third === 'string') {
    return (text) => text.length >= first.length + third.length && text.startsWith(first) && text.endsWith(third);
  }
  const source = parts.map((part) => (typeof part === 'string' ? [...part].map(escapeRegex).join('') : part.wildcard === '%' ? '[^]*' : '[^\\n\\r\\u0085\\u2028\\u2029]')).join('');
  const regex = new RegExp(`^${source}$`, 'u');
  return (text) => regex.test(text);
}

function escapeOf(text: unknown): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (typeof text !== 'string' || [...text].length !== 1) throw new FunctionError(`Invalid escape character '${String(text)}'`);
  return text;
}

/** Literal patterns are compiled once; others kept by pattern. */
function bindPattern(call: BoundCall, compile: (pattern: string, escape: string | undefined) => (text: string) => boolean): ScalarImplementation {
  const [, pattern, escape] = call.literals;
  if (typeof pattern === 'string' && (call.argumentTypes.length === 2 || typeof escape === 'string')) {
    const test = compile(pattern, escapeOf(escape));
    return (text: string) => test(text);
  }
  const kept = new Map<string, (text: string) => boolean>();
  return (text: string, nextPattern: string, nextEscape?: string) => {
    const key = `${nextEscape ?? ''}\u0000${nextPattern}`;
    let test = kept.get(key);
    if (test === undefined) {
      test = compile(nextPattern, escapeOf(nextEscape));
      if (kept.size >= KEPT_MAX) kept.clear();
      kept.set(key, test);
    }
    return test(text);
  };
}

const KEPT_MAX = 1000;

const patternForm = { arguments: [CHARACTER, CHARACTER, CHARACTER], optionalCount: 1, result: Results.propagated(BOOLEAN) };

function inlineLike({ literals, argumentTypes }: BoundCall, [text]: readonly string[]): string | undefined {
  const [, pattern] = literals;
  if (typeof pattern !== 'string' || argumentTypes.length !== 2 || pattern.includes('_')) return undefined;
  const middle = pattern.slice(1, -1);
  if (/^%[^%]+%$/.test(pattern)) return `${text}.includes(${JSON.stringify(middle)})`;
  if (/^[^%]+%$/.test(pattern)) return `${text}.startsWith(${JSON.stringify(pattern.slice(0, -1))})`;
  return /^%[^%]+$/.test(pattern) ? `${text}.endsWith(${JSON.stringify(pattern.slice(1))})` : undefined;
}

const like = boundScalar('LIKE', patternForm, (call) => bindPattern(call, compileLike), { inline: inlineLike });

const SIMILAR_CLASSES: Readonly<Record<string, string>> = {
  ':ALPHA:': '\\p{L}', ':alpha:': '\\p{L}', ':UPPER:': '\\p{Lu}', ':upper:': '\\p{Lu}', ':LOWER:': '\\p{Ll}', ':lower:': '\\p{Ll}', ':DIGIT:': '\\d', ':digit:': '\\d', ':SPACE:': ' ', ':space:': ' ',
  ':WHITESPACE:': '\\s', ':whitespace:': '\\s', ':ALNUM:': '\\p{L}\\p{Nd}', ':alnum:': '\\p{L}\\p{Nd}',
};

/** SQL's regular expressions: % and _, which do not pass the end of a line, beside | * + ? {n} ( ) [ ]. */
function compileSimilar(pattern: string, escape: string | undefined): (text: string) => boolean {
  let source = '';
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at]!;
    if (char === escape) {
      const next = chars[at + 1];
      if (next === undefined) throw new FunctionError(`Invalid escape sequence '${pattern}', ${at}`);
      source += escapeRegex(next);
      at += 1;
    } else if (char === '[') {
      const end = classEnd(chars, at);
      source += similarClass(chars.slice(at + 1, end).join(''));
      at = end;
    } else if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else source += '^$\\/'.includes(char) ? `\\${char}` : char;
  }
  try {
    const regex = new RegExp(`^(?:${source})$`, 'u');
    return (text) => regex.test(text);
  } catch (cause) {
    throw new FunctionError(`Invalid regular expression '${pattern}'`, { cause });
  }
}

function classEnd(chars: readonly string[], start: number): number {
  for (let at = start + 1; at < chars.length; at += 1) {
    if (chars[at] === '[' && chars[at + 1] === ':') {
      while (at < chars.length && chars[at] !== ']') at += 1;
      continue;
    }
    if (chars[at] === ']') return at;
  }
  throw new FunctionError(`Invalid regular expression '${chars.join('')}'`);
}

function similarClass(body: string): string {
  const isNegated = body.startsWith('^');
  const inner = (isNegated ? body.slice(1) : body).replaceAll(/\[?(:[A-Za-z]+:)\]?/g, (whole, name: string) => SIMILAR_CLASSES[name] ?? whole);
  return `[${isNegated ? '^' : ''}${inner}]`;
}

const similar = boundScalar('SIMILAR TO', patternForm, (call) => bindPattern(call, compileSimilar));

// ---- regular expressions

/** True where the pattern occurs; a pattern that is none, or is empty, occurs nowhere. */
const regexp = scalar('REGEXP', { arguments: [CHARACTER, CHARACTER], result: Results.propagated(BOOLEAN) }, (text: string, pattern: string) =>
  pattern !== '' && (tryJavaRegex(pattern)?.test(text) ?? false), { aliases: ['RLIKE'] });

function extract(text: string, pattern: string, group = 0): string | null {
  if (group < 0) return null;
  const match = tryJavaRegex(pattern)?.exec(text);
  if (match === null || match === undefined || group >= match.length) return null;
  return match[group] ?? null;
}

const regexpExtract = boundScalar('REGEXP_EXTRACT', { arguments: [CHARACTER, CHARACTER, ANY_INT], optionalCount: 1, result: Results.nullable(LogicalTypes.STRING) }, (call) => {
  const [, pattern, group] = call.literals;
  if (typeof pattern !== 'string' || (call.argumentTypes.length === 3 && typeof group !== 'number')) return extract;
  const regex = tryJavaRegex(pattern);
  if (regex === undefined) return () => null;
  const index = (group as number | undefined) ?? 0;
  // A regular expression of its own: without the flag g nothing is remembered between calls.
  const own = new RegExp(regex.source, regex.flags.replace('g', ''));
  return (text: string) => (index < 0 ? null : (own.exec(text)?.[index] ?? null));
});

function* matches(text: string, pattern: string): Generator<RegExpExecArray> {
  const regex = tryJavaRegex(pattern);
  if (regex === undefined) return;
  const own = new RegExp(regex.source, regex.flags);
  for (let match = own.exec(text); match !== null; match = own.exec(text)) {
    yield match;
    if (match[0] === '') own.lastIndex += (text.codePointAt(own.lastIndex) ?? 0) > 0xffff ? 2 : 1;
  }
}

const regexpExtractAll = scalar('REGEXP_EXTRACT_ALL', { arguments: [CHARACTER, CHARACTER, ANY_INT], optionalCount: 1, result: Results.nullable(LogicalTypes.ARRAY(LogicalTypes.STRING)) },
  (text: string, pattern: string, group = 1) => {
    const regex = tryJavaRegex(pattern);
    if (regex === undefined || group < 0 || group > groupCount(regex)) return null;
    return [...matches(text, pattern)].map((match) => match[group] ?? null);
  });

const groupCount = (regex: RegExp): number => new RegExp(`${regex.source}|`, regex.flags).exec('')!.length - 1;

/** The replacement is plain text: it names no groups. */
function replaceAll(text: string, pattern: string, replacement: string): string | null {
  try {
    javaRegex(pattern);
    let result = '';
    let end = 0;
    for (const match of matches(text, pattern)) {
      result += text.slice(end, match.index) + replacement;
      end = match.index + match[0].length;
    }
    return result + text.slice(end);
  } catch (failure) {
    if (failure instanceof FunctionError) return null;
    throw failure;
  }
}

const ofPattern = <T extends string>(name: T, type: typeof BOOLEAN, implementation: ScalarImplementation): ScalarFunctionDefinition =>
  scalar(name, { arguments: [CHARACTER, CHARACTER], result: Results.nullable(type) }, implementation);

export const PATTERN_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  like,
  similar,
  regexp,
  regexpExtract,
  regexpExtractAll,
  scalar('REGEXP_REPLACE', { arguments: [CHARACTER, CHARACTER, CHARACTER], result: Results.propagated(LogicalTypes.STRING) }, replaceAll, { mayReturnNull: true }),
  ofPattern('REGEXP_COUNT', LogicalTypes.INT, (text: string, pattern: string) => (tryJavaRegex(pattern) === undefined ? null : [...matches(text, pattern)].length)),
  ofPattern('REGEXP_INSTR', LogicalTypes.INT, (text: string, pattern: string) => {
    const regex = tryJavaRegex(pattern);
    if (regex === undefined) return null;
    const match = regex.exec(text);
    return match === null ? 0 : match.index + 1;
  }),
  ofPattern('REGEXP_SUBSTR', LogicalTypes.STRING, (text: string, pattern: string) => tryJavaRegex(pattern)?.exec(text)?.[0] ?? null),
];
