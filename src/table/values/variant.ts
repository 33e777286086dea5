// VARIANT values: JSON whose numbers are integers, decimals or doubles. A value is its compact text with sorted keys, so that equal
// variants are equal texts, and state and exchanges carry them as text. A variant that holds null is not the SQL value NULL.
import { AssertionError } from '#core/assert';
import { parseDecimal, decimalText } from '#table/values/decimal-arithmetic';
import { exactOf } from '#core/columns/exact-integer';
import { LONG_MAX, LONG_MIN } from '#table/values/exact-integer';
import { doubleText } from '#table/values/java-number-text';
import { isJsonArray, isJsonObject, JsonNumber, jsonText, JsonSyntax, parseJson, type JsonNode } from '#table/values/json-node';

export type Variant = string;

const DECIMAL_DIGITS_MAX = 38;

/** The variant of a JSON text, or why there is none. */
export function parseVariant(text: string, { areDuplicatesAllowed = false }: { readonly areDuplicatesAllowed?: boolean } = {}): Variant | JsonSyntax {
  const node = parseJson(text, { areDuplicatesRefused: !areDuplicatesAllowed });
  return node instanceof JsonSyntax ? node : jsonText(normalised(node));
}

/** The variant of a text that is known to be JSON. */
export function variantOf(text: string): Variant {
  const variant = parseVariant(text);
  if (variant instanceof JsonSyntax) throw new AssertionError(`no variant: ${variant.message}`);
  return variant;
}

function nodeOf(variant: Variant): JsonNode {
  return parseJson(variant) as JsonNode;
}

function normalised(node: JsonNode): JsonNode {
  if (node instanceof JsonNumber) return new JsonNumber(numberText(node.text));
  if (isJsonArray(node)) return node.map(normalised);
  if (isJsonObject(node)) return new Map([...node].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([key, value]) => [key, normalised(value)]));
  return node;
}

function numberText(text: string): string {
  if (!/[.eE]/.test(text)) {
    const value = BigInt(text);
    return value >= LONG_MIN && value <= LONG_MAX ? value.toString() : doubleText(Number(text));
  }
  if (/[eE]/.test(text)) return doubleText(Number(text));
  const parsed = parseDecimal(text)!;
  let { unscaled, scale } = parsed;
  while (scale > 0 && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale -= 1;
  }
  return unscaled.toString().length > DECIMAL_DIGITS_MAX ? doubleText(Number(text)) : decimalText(exactOf(unscaled), scale);
}

export const variantText = (variant: Variant): string => variant;

/** Element by position from 1; undefined where the variant is no array or has no such element. */
export function variantElement(variant: Variant, position: number): Variant | undefined {
  const node = nodeOf(variant);
  const element = isJsonArray(node) ? node[position - 1] : undefined;
  return element === undefined ? undefined : jsonText(element);
}

export function variantField(variant: Variant, key: string): Variant | undefined {
  const node = nodeOf(variant);
  const field = isJsonObject(node) ? node.get(key) : undefined;
  return field === undefined ? undefined : jsonText(field);
}
