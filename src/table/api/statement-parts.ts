// Parts of syntax trees that the carrying out of several statements reads.
import type { ObjectPath, OptionItem } from '#table/parser/ast-node';

export const optionsOf = (items: readonly OptionItem[]): Readonly<Record<string, string>> => Object.fromEntries(items.map(({ key, value }) => [key, value]));

export const partsOf = (path: ObjectPath): readonly string[] => path.parts.map(({ name }) => name);
