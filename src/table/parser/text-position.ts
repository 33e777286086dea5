// Line and column of an offset, and the excerpt with a caret that messages show.

export interface TextPosition {
  /** Both count from 1; a column counts UTF-16 units. */
  readonly line: number;
  readonly column: number;
}

const EXCERPT_CHARS_MAX = 100;
const CARETS_MAX = 40;

/** O(offset). Lines end with \n, \r\n or \r. */
export function positionOf(text: string, offset: number): TextPosition {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < offset && index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    const isLineEnd = char === 10 || (char === 13 && text.charCodeAt(index + 1) !== 10);
    if (!isLineEnd) continue;
    line += 1;
    lineStart = index + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** The line of `start`, cut to a screen's width, and below it carets from `start` to `end`. */
export function excerptOf(text: string, start: number, end: number): string {
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1;
  const after = text.slice(start).search(/[\r\n]/);
  const lineEnd = after === -1 ? text.length : start + after;
  const cutStart = Math.max(lineStart, Math.min(start - EXCERPT_CHARS_MAX / 2, lineEnd - EXCERPT_CHARS_MAX));
  const cutEnd = Math.min(lineEnd, cutStart + EXCERPT_CHARS_MAX);
  const before = cutStart > lineStart ? '... ' : '';
  const behind = cutEnd < lineEnd ? ' ...' : '';
  const shown = text.slice(cutStart, cutEnd);
  // Tabs stay tabs below the text, so that the caret stands under its word whatever their width.
  const indent = shown.slice(0, start - cutStart).replaceAll(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(CARETS_MAX, Math.min(end, cutEnd) - start)));
  return `${before}${shown}${behind}\n${' '.repeat(before.length)}${indent}${carets}`;
}
