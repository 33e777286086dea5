// Where statements of a script end. Split by tokens, not by text: semicolons in strings, comments and inside
// `STATEMENT SET BEGIN ... END` end nothing. Works on text that does not parse, so that one bad statement costs no other.
import type { SqlParserError } from '#table/parser/sql-parser-error';
import { tokenizeAhead } from '#table/parser/lexer';
import { TOKEN, type Token } from '#table/parser/token';

export interface ScriptPart {
  /** From the first token up to but without the semicolon. Offsets count from the start of the script. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The tokens of the part, an end token last. */
  readonly tokens: readonly Token[];
}

export interface SplitScript {
  /** Statements that a semicolon ended, in order; empty ones are left out. */
  readonly parts: readonly ScriptPart[];
  /** What stands behind the last semicolon, undefined where there is nothing but blanks and comments. A shell waits for the rest of it. */
  readonly remainder: ScriptPart | undefined;
  /** Set where the remainder holds what can be no token: a string without end (isIncomplete), a stray character. */
  readonly error: SqlParserError | undefined;
}

/** O(n). Never throws. */
export function splitScript(text: string): SplitScript {
  const { tokens, error } = tokenizeAhead(text);
  const parts: ScriptPart[] = [];
  let first = 0;
  let depth = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const { upper } = tokens[index]!;
    if (upper === 'END') {
      depth = Math.max(0, depth - 1);
    } else if (upper === 'CASE' || (upper === 'BEGIN' && tokens[index - 1]?.upper === 'SET' && tokens[index - 2]?.upper === 'STATEMENT')) {
      depth += depth > 0 || upper === 'BEGIN' ? 1 : 0;
    } else if (upper === ';' && depth === 0) {
      if (index > first) parts.push(partOf(text, tokens.slice(first, index), tokens[index]!.start));
      first = index + 1;
    }
  }
  const rest = tokens.slice(first).filter((token) => token.kind !== TOKEN.end);
  const hasRest = rest.length > 0 || error !== undefined;
  const start = rest[0]?.start ?? error?.span.start ?? text.length;
  const remainder = hasRest ? { ...partOf(text, rest, text.length, start), text: text.slice(start) } : undefined;
  return { parts, remainder, error };
}

function partOf(text: string, tokens: readonly Token[], endOfText: number, startOfText = tokens[0]!.start): ScriptPart {
  const end = tokens.at(-1)?.end ?? endOfText;
  return { start: startOfText, end, text: text.slice(startOfText, end), tokens: [...tokens, { kind: TOKEN.end, text: '', upper: '', start: endOfText, end: endOfText }] };
}
