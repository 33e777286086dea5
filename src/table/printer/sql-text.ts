// Names and strings as SQL text.
import type { Identifier, ObjectPath, OptionItem } from '#table/parser/ast-node';
import { RESERVED_WORDS } from '#table/parser/keywords';

const PLAIN_NAME = /^[\p{L}_$][\p{L}\p{N}\p{M}\p{Pc}$]*$/u;

/** A name between back-ticks. */
export function backTicked(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A name in back-ticks where it had them, or where it could not be read without. */
export function identifierText({ name, isQuoted }: Identifier): string {
  return isQuoted || !PLAIN_NAME.test(name) || RESERVED_WORDS.has(name.toUpperCase()) ? backTicked(name) : name;
}

export function identifierListText(identifiers: readonly Identifier[]): string {
  return `(${identifiers.map(identifierText).join(', ')})`;
}

export function partsText(parts: readonly Identifier[]): string {
  return parts.map(identifierText).join('.');
}

export function pathText(path: ObjectPath): string {
  return partsText(path.parts);
}

export function stringText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export function optionText({ key, value }: OptionItem): string {
  return `${stringText(key)} = ${stringText(value)}`;
}

export function optionListText(options: readonly OptionItem[]): string {
  return `(${options.map(optionText).join(', ')})`;
}

/** The parts that are there, with one blank between them. */
export function joinWords(...words: readonly (string | undefined | false)[]): string {
  return words.filter((word) => word !== undefined && word !== false && word !== '').join(' ');
}
