// REPLACE and CHAR_LENGTH, and the two at once: how long a text is without its occurrences of another one is counted, where a query
// counts occurrences by it, and the text without them is not made. hot path (what generated code calls). Thread: any.
import { Arguments, Results } from '#table/functions/function-signature';
import type { ScalarFunctionDefinition } from '#table/functions/function-definition';
import { scalar } from '#table/functions/scalar-definition';
import { LogicalTypes } from '#table/types/logical-type';
import { codePointCount, hasSurrogates } from '#table/values/value-text';

const { CHARACTER } = Arguments;
const { INT, STRING } = LogicalTypes;

export const CHAR_LENGTH: ScalarFunctionDefinition = scalar('CHAR_LENGTH', { arguments: [CHARACTER], result: Results.propagated(INT) }, codePointCount, { aliases: ['CHARACTER_LENGTH'] });

export const REPLACE: ScalarFunctionDefinition = scalar('REPLACE', { arguments: [CHARACTER, CHARACTER, CHARACTER], result: Results.propagated(STRING) }, replace);

/** CHAR_LENGTH(REPLACE(text, searched, '')); `searched` is not empty. */
export const LENGTH_WITHOUT: ScalarFunctionDefinition = scalar('$LENGTH_WITHOUT', { arguments: [CHARACTER, CHARACTER], result: Results.propagated(INT) }, lengthWithout, {
  inline: (_call, operands) => `$lengthWithout(${operands.join(', ')})`,
});

export function lengthWithout(text: string, searched: string): number {
  // Halves of a character may meet when what is between them goes.
  if (hasSurrogates(text)) return codePointCount(replace(text, searched, ''));
  let removed = 0;
  for (let at = text.indexOf(searched); at !== -1; at = text.indexOf(searched, at + searched.length)) removed++;
  return text.length - removed * searched.length;
}

function replace(text: string, searched: string, replacement: string): string {
  return replacement.includes('$') ? text.replaceAll(searched, () => replacement) : text.replaceAll(searched, replacement);
}
