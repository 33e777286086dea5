// The house rules that can be read off the text of a file, as pure functions: path and text in, findings out. The tidy
// test runs them over the checkout, and over planted files to see that each rule bites.
import { basename } from 'node:path';

export const FILE_LINES_WARN = 400;
export const FILE_LINES_MAX = 600;

export interface Rule {
  readonly name: string;
  appliesTo(path: string): boolean;
  /** One text per finding, without the path. */
  check(path: string, text: string): readonly string[];
}

const isCode = (path: string): boolean => /\.(ts|mts|js|mjs|cjs|tsx|cc|h)$/.test(path);
const isSource = (path: string): boolean => /^src\/.*\.ts$/.test(path);
const isAny = (): boolean => true;

export function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** A rule that finds lines by a pattern. */
function lines(name: string, appliesTo: Rule['appliesTo'], pattern: RegExp, says: string): Rule {
  return {
    name,
    appliesTo,
    check: (_path, text) => text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`line ${index + 1}: ${says}`] : [])),
  };
}

// Written in two parts where a rule would else find itself.
const NOT_BEFORE_A_PATH = String.raw`(?<![\w.~*}\])-])`;

export const RULES: readonly Rule[] = [
  {
    name: 'file-size',
    appliesTo: isCode,
    check: (_path, text) => (lineCount(text) > FILE_LINES_MAX ? [`${lineCount(text)} lines, at most ${FILE_LINES_MAX}: split it`] : []),
  },
  lines('no-fixme', isAny, new RegExp(`\\b${'FIX'}${'ME'}\\b`), 'repair it before it lands'),
  lines('todo-has-issue', isAny, new RegExp(`\\b${'TO'}${'DO'}\\b(?!\\(#\\d+\\)|:? #\\d+)`), 'give it the number of its issue, as in (#12)'),
  {
    name: 'file-name',
    appliesTo: (path) => /^(src|test|bench|examples|scripts)\//.test(path),
    check: (path) => path.split('/').flatMap((part) => (/^(.*[-_.])?(utils?|helpers?|common|misc)([-_.].*)?$/i.test(part) && !ALLOWED_NAMES.has(path) ? [`"${part}" says nothing: name the concept`] : [])),
  },
  {
    name: 'kebab-case',
    appliesTo: isSource,
    check: (path) => (/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path) ? [] : [`${basename(path)} is not in kebab-case`]),
  },
  {
    name: 'header-comment',
    appliesTo: isSource,
    check: (_path, text) => (/^(#!.*\n)?\s*(\/\/|\/\*)/.test(text) ? [] : ['it begins without a comment that says what it is']),
  },
  lines('banned-class-name', isSource, /^\s*(export )?(abstract )?(class|interface) ((Default|Abstract|Base)[A-Z]\w*|\w+Impl)\b/, 'name what differs, not Default-, Abstract-, Base- or -Impl'),
  lines('any-has-reason', isSource, /^(?!\s*(\/\/|\*|\/\*))(?=[^'"`]*(?::|<|\bas|\||=|,|=>)\s*any\s*(\[\]|[>;,)|={]|$))(?!.*\/\/)/, '"any" needs its reason in a comment on the line'),
  lines('line-ends', isAny, /\r$/, 'it ends with a carriage return'),
  lines('no-registry-host', isAny, /\bregistry\.[a-z0-9-]+\.[a-z]+|"resolved"\s*:|\/\/[a-z0-9.-]*(artifactory|verdaccio|nexus)[a-z0-9.-]*\//i, 'a registry host does not belong in the repository'),
  lines('no-machine-path', isAny, new RegExp(`${NOT_BEFORE_A_PATH}/(work|root|home)/`), 'a path of one machine does not belong in the repository'),
];

/** Files whose banned name is the role's own word: the helper pool of the architecture. */
const ALLOWED_NAMES = new Set(['src/client/helper-entry.ts']);
