// Row patterns of MATCH_RECOGNIZE as SQL text.
import { assertNever } from '#core/assert';
import type { PatternQuantified, RowPattern } from '#table/parser/ast-match-recognize';
import { identifierText } from '#table/printer/sql-text';

export function patternText(pattern: RowPattern): string {
  switch (pattern.kind) {
    case 'pattern-variable':
      return identifierText(pattern.name);
    case 'pattern-sequence':
      return pattern.elements.length === 0 ? '()' : pattern.elements.map(sequenceElementText).join(' ');
    case 'pattern-alternation':
      return pattern.alternatives.map((alternative) => (alternative.kind === 'pattern-alternation' ? `(${patternText(alternative)})` : patternText(alternative))).join(' | ');
    case 'pattern-quantified':
      return `${factorText(pattern.element)}${quantifierText(pattern)}`;
    case 'pattern-permute':
      return `PERMUTE(${pattern.elements.map(patternText).join(', ')})`;
    case 'pattern-exclusion':
      return `{- ${patternText(pattern.element)} -}`;
    default:
      return assertNever(pattern, 'row pattern');
  }
}

function sequenceElementText(element: RowPattern): string {
  const isLoose = element.kind === 'pattern-alternation' || (element.kind === 'pattern-sequence' && element.elements.length > 0);
  return isLoose ? `(${patternText(element)})` : patternText(element);
}

function factorText(element: RowPattern): string {
  return element.kind === 'pattern-quantified' ? `(${patternText(element)})` : sequenceElementText(element);
}

function quantifierText({ min, max, isReluctant }: PatternQuantified): string {
  return `${boundsText(min, max)}${isReluctant ? '?' : ''}`;
}

function boundsText(min: number, max: number | undefined): string {
  if (max === undefined && min <= 1) return min === 0 ? '*' : '+';
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max ?? ''}}`;
}
