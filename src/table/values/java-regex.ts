// Java's regular expressions as JavaScript's. What both write alike stays; what differs is translated: possessive quantifiers
// and atomic groups, \Q…\E, \A, \Z, \z, \h, \R, POSIX and Java classes, class intersections, inline flags at the beginning,
// named groups, and the meaning of dot, $ and \d.
import { FunctionError } from '#table/errors';

const compiled = new Map<string, RegExp | FunctionError>();
const COMPILED_MAX = 1000;

/** The compiled pattern, kept; always with the flag g. Throws FunctionError for a pattern that is none. */
export function javaRegex(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = compile(pattern);
    if (compiled.size >= COMPILED_MAX) compiled.clear();
    compiled.set(pattern, regex);
  }
  if (regex instanceof FunctionError) throw regex;
  regex.lastIndex = 0;
  return regex;
}

/** Undefined for a pattern that is none. */
export function tryJavaRegex(pattern: string): RegExp | undefined {
  try {
    return javaRegex(pattern);
  } catch (failure) {
    if (failure instanceof FunctionError) return undefined;
    throw failure;
  }
}

function compile(pattern: string): RegExp | FunctionError {
  try {
    const { source, flags } = new Translation(pattern).translate();
    return new RegExp(source, flags);
  } catch (cause) {
    return new FunctionError(`Invalid regular expression '${pattern}': ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const POSIX: Readonly<Record<string, string>> = {
  Lower: 'a-z', Upper: 'A-Z', ASCII: '\\x00-\\x7F', Alpha: 'a-zA-Z', Digit: '0-9', Alnum: 'a-zA-Z0-9', Punct: '!-\\/:-@\\[-`{-~', Graph: '!-~', Print: ' -~', Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F', XDigit: '0-9a-fA-F', Space: '\\t-\\r ', javaLowerCase: '\\p{Lowercase}', javaUpperCase: '\\p{Uppercase}', javaWhitespace: '\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000',
  IsAlphabetic: '\\p{Alphabetic}', IsDigit: '\\p{Nd}', IsLetter: '\\p{L}', IsUppercase: '\\p{Uppercase}', IsLowercase: '\\p{Lowercase}', IsPunctuation: '\\p{P}', IsWhite_Space: '\\p{White_Space}',
};

const BLOCKS: Readonly<Record<string, string>> = { InGreek: '\\u0370-\\u03FF', InCyrillic: '\\u0400-\\u04FF', InBasicLatin: '\\x00-\\x7F', InHiragana: '\\u3040-\\u309F', InKatakana: '\\u30A0-\\u30FF' };

const SPACE = ' \\t\\n\\x0B\\f\\r';
const LINE_END = '\\n\\r\\u0085\\u2028\\u2029';

class Translation {
  readonly #pattern: string;
  #at = 0;
  #isCaseInsensitive = false;
  #isMultiline = false;
  #isDotAll = false;
  #isComments = false;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  translate(): { readonly source: string; readonly flags: string } {
    this.#leadingFlags();
    let source = '';
    while (this.#at < this.#pattern.length) source += this.#next();
    return { source, flags: `gu${this.#isCaseInsensitive ? 'i' : ''}${this.#isMultiline ? 'm' : ''}` };
  }

  #leadingFlags(): void {
    for (let match = /^\(\?([imsxuUd]+)\)/.exec(this.#pattern.slice(this.#at)); match !== null; match = /^\(\?([imsxuUd]+)\)/.exec(this.#pattern.slice(this.#at))) {
      const flags = match[1]!;
      this.#isCaseInsensitive ||= flags.includes('i');
      this.#isMultiline ||= flags.includes('m');
      this.#isDotAll ||= flags.includes('s');
      this.#isComments ||= flags.includes('x');
      this.#at += match[0].length;
    }
  }

  #next(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    switch (char) {
      case '\\': return this.#escape({ isInClass: false });
      case '[': return this.#characterClass();
      case '(': return this.#group();
      case '.':
        this.#at += 1;
        return this.#isDotAll ? '[^]' : `[^${LINE_END}]`;
      case '$':
        this.#at += 1;
        return this.#isMultiline ? '$' : `(?=[${LINE_END}]?$(?![^]))`;
      case '*': case '+': case '?': return this.#quantifier(char);
      case '{': return this.#braces();
      case '}': case ']':
        this.#at += 1;
        return `\\${char}`;
      default: return this.#plain(char);
    }
  }

  #plain(char: string): string {
    this.#at += char.length;
    if (!this.#isComments) return char === '/' ? '\\/' : char;
    if (/\s/.test(char)) return '';
    if (char !== '#') return char;
    const end = this.#pattern.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#pattern.length : end + 1;
    return '';
  }

  /** A possessive quantifier only forgoes steps back: it is taken as greedy. */
  #quantifier(char: string): string {
    this.#at += 1;
    if (this.#pattern[this.#at] === '+') this.#at += 1;
    return char;
  }

  #braces(): string {
    const match = /^\{\d+(?:,\d*)?\}\+?/.exec(this.#pattern.slice(this.#at));
    if (match === null) throw new SyntaxError('Illegal repetition');
    this.#at += match[0].length;
    return match[0].replace(/\+$/, '');
  }

  #group(): string {
    const rest = this.#pattern.slice(this.#at);
    const atomic = rest.startsWith('(?>') ? '(?:' : undefined;
    if (atomic !== undefined) {
      this.#at += 3;
      return atomic;
    }
    const inline = /^\(\?([imsxuUd]*)(?:-[imsxuUd]+)?:/.exec(rest);
    if (inline !== null) {
      this.#at += inline[0].length;
      if (inline[1]!.includes('i')) this.#isCaseInsensitive = true;
      return '(?:';
    }
    const middle = /^\(\?([imsxuUd]*)(?:-[imsxuUd]+)?\)/.exec(rest);
    if (middle !== null) {
      this.#at += middle[0].length;
      if (middle[1]!.includes('i')) this.#isCaseInsensitive = true;
      return '';
    }
    const opening = /^\((?:\?(?:<[A-Za-z]\w*>|<[=!]|[=!:]))?/.exec(rest)![0];
    this.#at += opening.length;
    return opening;
  }

  /** Texts of what stands in a class where `isInClass`. */
  #escape({ isInClass }: { readonly isInClass: boolean }): string {
    const letter = this.#pattern[this.#at + 1];
    if (letter === undefined) throw new SyntaxError('Unexpected internal error: a backslash at the end');
    if (letter === 'Q') return this.#quotation(isInClass);
    this.#at += 2;
    switch (letter) {
      case 'd': return isInClass ? '0-9' : '[0-9]';
      case 's': return isInClass ? SPACE : `[${SPACE}]`;
      case 'S': return isInClass ? '\\S' : `[^${SPACE}]`;
      case 'h': return isInClass ? ' \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000' : '[ \\t\\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000]';
      case 'R': return '(?:\\r\\n|[\\n\\x0B\\f\\r\\u0085\\u2028\\u2029])';
      case 'A': return '(?<![^])';
      case 'z': return '(?![^])';
      case 'Z': return `(?=[${LINE_END}]?(?![^]))`;
      case 'G': return '';
      case 'a': return '\\x07';
      case 'e': return '\\x1B';
      case 'E': return '';
      case 'p': case 'P': return this.#property(letter === 'P', isInClass);
      case 'k': return this.#reference();
      case 'x': return this.#hexadecimal();
      case '0': return this.#octal();
      case 'u': return `\\u${this.#take(/^[0-9a-fA-F]{4}/)}`;
      case 'c': return `\\c${this.#take(/^[A-Za-z]/)}`;
      case 'D': case 'w': case 'W': case 'b': case 'B': case 't': case 'n': case 'r': case 'f': case 'v': return `\\${letter}`;
      default:
        if (/[1-9]/.test(letter)) return `\\${letter}`;
        if (/[A-Za-z]/.test(letter)) throw new SyntaxError(`Illegal/unsupported escape sequence: \\${letter}`);
        return quoted(String.fromCodePoint(this.#pattern.codePointAt(this.#at - 1)!), isInClass);
    }
  }

  #take(shape: RegExp): string {
    const match = shape.exec(this.#pattern.slice(this.#at));
    if (match === null) throw new SyntaxError('Illegal escape sequence');
    this.#at += match[0].length;
    return match[0];
  }

  #reference(): string {
    return `\\k${this.#take(/^<[A-Za-z]\w*>/)}`;
  }

  #hexadecimal(): string {
    const digits = this.#take(/^(?:[0-9a-fA-F]{2}|\{[0-9a-fA-F]+\})/);
    return digits.startsWith('{') ? `\\u${digits}` : `\\x${digits}`;
  }

  #octal(): string {
    return `\\x${Number.parseInt(this.#take(/^[0-3]?[0-7]{1,2}/), 8).toString(16).padStart(2, '0')}`;
  }

  #quotation(isInClass: boolean): string {
    const end = this.#pattern.indexOf('\\E', this.#at + 2);
    const text = this.#pattern.slice(this.#at + 2, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.#pattern.length : end + 2;
    return [...text].map((char) => quoted(char, isInClass)).join('');
  }

  #property(isNegated: boolean, isInClass: boolean): string {
    const name = this.#take(/^(?:\{[^}]+\}|[A-Z])/).replace(/^\{|\}$/g, '');
    const body = POSIX[name] ?? BLOCKS[name] ?? (name.startsWith('Is') ? (name.length <= 4 ? `\\p{${name.slice(2)}}` : `\\p{Script=${name.slice(2)}}`) : `\\p{${name}}`);
    if (!isNegated) return isInClass ? body : `[${body}]`;
    if (isInClass) {
      if (!body.startsWith('\\p{')) throw new SyntaxError(`\\P{${name}} inside of a class is not supported`);
      return `\\P${body.slice(2)}`;
    }
    return `[^${body}]`;
  }

  /** `[a-z&&[^b]]` becomes a look-ahead before a class, `[a[bc]]` the union. */
  #characterClass(): string {
    this.#at += 1;
    const isNegated = this.#pattern[this.#at] === '^';
    if (isNegated) this.#at += 1;
    const parts: string[] = [];
    const nested: string[] = [];
    let body = '';
    let isFirst = true;
    for (;;) {
      const char = this.#pattern[this.#at];
      if (char === undefined) throw new SyntaxError('Unclosed character class');
      if (char === ']' && !isFirst) break;
      isFirst = false;
      if (char === '[') nested.push(this.#characterClass());
      else if (char === '&' && this.#pattern[this.#at + 1] === '&') {
        this.#at += 2;
        parts.push(union(body, nested.splice(0)));
        body = '';
      } else body += this.#classMember(char);
    }
    this.#at += 1;
    parts.push(union(body, nested));
    const all = parts.filter((part) => part !== '');
    if (all.length <= 1 && nested.length === 0) return `[${isNegated ? '^' : ''}${body}]`;
    const last = all.pop()!;
    const positive = `(?:${all.map((part) => `(?=${part})`).join('')}${last})`;
    return isNegated ? `(?:(?!${positive})[^])` : positive;
  }

  #classMember(char: string): string {
    if (char === '\\') return this.#escape({ isInClass: true });
    const whole = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
    this.#at += whole.length;
    if (this.#isComments && /\s/.test(whole)) return '';
    return '()[]{}/|'.includes(whole) ? `\\${whole}` : whole;
  }
}

function union(body: string, nested: readonly string[]): string {
  const own = body === '' ? [] : [`[${body}]`];
  const all = [...own, ...nested];
  return all.length <= 1 ? (all[0] ?? '') : `(?:${all.join('|')})`;
}

function quoted(char: string, isInClass: boolean): string {
  if (/[\^$\\.*+?()[\]{}|/]/.test(char)) return `\\${char}`;
  return isInClass && char === '-' ? '\\-' : char;
}
