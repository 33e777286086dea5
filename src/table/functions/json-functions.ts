// JSON: paths (JSON_EXISTS, JSON_VALUE, JSON_QUERY), constructors (JSON_OBJECT, JSON_ARRAY, JSON_STRING), tests (IS JSON), quoting,
// and VARIANT (PARSE_JSON).
import { FunctionError } from '#table/errors';
import type { BoundCall, FunctionContext, ScalarFunctionDefinition, ScalarImplementation } from '#table/functions/function-definition';
import { Arguments, refuse, Results } from '#table/functions/function-signature';
import { boundScalar, scalar } from '#table/functions/scalar-definition';
import { LogicalTypes, notNull, nullable, type LogicalType } from '#table/types/logical-type';
import { isCharacter } from '#table/types/type-families';
import { castImplementation } from '#table/values/cast-value';
import { isJsonArray, isJsonObject, JsonNumber, JsonSyntax, jsonText, parseJson, type JsonNode } from '#table/values/json-node';
import { jsonOfValue } from '#table/values/json-of-value';
import { findByPath, jsonPath } from '#table/values/json-path';
import { parseVariant } from '#table/values/variant';

const { CHARACTER, ANY, SYMBOL } = Arguments;
const { STRING, BOOLEAN, VARIANT } = LogicalTypes;

const isScalarNode = (node: JsonNode): boolean => !isJsonArray(node) && !isJsonObject(node);

/** What a path found: a node (null is JSON's null, or nothing in lax mode), or why there is none. */
type Found = { readonly node: JsonNode } | { readonly failure: string };

let lastText = '';
let lastNode: JsonNode | JsonSyntax = null;

/** The tree of a text; the last one is kept, since several calls often read one document. */
function parsed(text: string): JsonNode | JsonSyntax {
  if (text !== lastText) {
    lastNode = parseJson(text);
    lastText = text;
  }
  return lastNode;
}

function find(text: string, pathText: string): Found & { readonly isLax: boolean } {
  const path = jsonPath(pathText);
  const root = parsed(text);
  if (root instanceof JsonSyntax) return { failure: root.message, isLax: path.isLax };
  const node = findByPath(path, root);
  if (node === undefined) return path.isLax ? { node: null, isLax: true } : { failure: `No results for path: ${pathText}`, isLax: false };
  return { node, isLax: path.isLax };
}

function exists(text: string, path: string, onError: string): boolean | null {
  const found = find(text, path);
  if ('failure' in found) {
    if (onError === 'ERROR') throw new FunctionError(found.failure);
    return onError === 'TRUE' ? true : onError === 'UNKNOWN' ? null : false;
  }
  return found.node !== null;
}

/** A scalar as a value of the type; undefined where it is of another kind. */
function valueReader(type: LogicalType, zone: string): (node: JsonNode) => unknown {
  if (isCharacter(type)) return (node) => (node instanceof JsonNumber ? node.text : typeof node === 'string' ? node : String(node));
  if (type.kind === 'BOOLEAN') return (node) => (typeof node === 'boolean' ? node : typeof node === 'string' && /^(?:true|false)$/i.test(node) ? node.toLowerCase() === 'true' : undefined);
  const cast = castImplementation(STRING, type, zone);
  return (node) => {
    if (!(node instanceof JsonNumber) && typeof node !== 'string') return undefined;
    try {
      return cast(node instanceof JsonNumber ? node.text : node);
    } catch (failure) {
      if (failure instanceof FunctionError) return undefined;
      throw failure;
    }
  };
}

function bindValue({ resultType }: BoundCall, context: FunctionContext): ScalarImplementation {
  const read = valueReader(resultType, context.localTimeZone);
  return (text: string | null, path: string | null, onEmpty: string, emptyValue: unknown, onError: string, errorValue: unknown) => {
    if (text === null || path === null) return null;
    const failed = (message: string): unknown => {
      if (onError === 'ERROR') throw new FunctionError(message);
      return onError === 'DEFAULT' ? errorValue : null;
    };
    const found = find(text, path);
    if ('failure' in found) return failed(found.failure);
    if (found.node === null || (found.isLax && !isScalarNode(found.node))) {
      if (onEmpty === 'ERROR') throw new FunctionError(`Empty result of JSON_VALUE function is not allowed`);
      return onEmpty === 'DEFAULT' ? emptyValue : null;
    }
    if (!isScalarNode(found.node)) return failed('Strict jsonpath mode requires scalar value');
    const value = read(found.node);
    return value === undefined ? failed(`The value at '${path}' is not of the type that is returned`) : value;
  };
}

const jsonValue = boundScalar('JSON_VALUE', ({ argumentTypes }) => {
  const [text, path, , , , type] = argumentTypes;
  if (text === undefined || path === undefined || type === undefined || !(isCharacter(text) || text.kind === 'NULL') || !isCharacter(path)) return { supportedForms: ['JSON_VALUE(<CHARACTER>, <CHARACTER>)'] };
  return { argumentTypes: [text.kind === 'NULL' ? STRING : text, ...argumentTypes.slice(1)], resultType: nullable(type) };
}, bindValue, { seesNulls: true });

function bindQuery({ resultType }: BoundCall): ScalarImplementation {
  const isArray = resultType.kind === 'ARRAY';
  const result = (node: JsonNode): unknown => (isArray ? (isJsonArray(node) ? node.map((element) => (element === null ? null : typeof element === 'string' ? element : jsonText(element, { isSorted: true }))) : null) : jsonText(node, { isSorted: true }));
  const substitute = (behaviour: string, message: string): unknown => {
    if (behaviour === 'ERROR') throw new FunctionError(message);
    if (behaviour === 'EMPTY ARRAY') return isArray ? [] : '[]';
    return behaviour === 'EMPTY OBJECT' ? '{}' : null;
  };
  return (text: string, path: string, wrapper: string, onEmpty: string, onError: string) => {
    const found = find(text, path);
    if ('failure' in found) return substitute(onError, found.failure);
    const wrapped = found.node === null ? null : wrapper === 'WITH UNCONDITIONAL' || (wrapper === 'WITH CONDITIONAL' && isScalarNode(found.node)) ? [found.node]
      : wrapper === 'WITH CONDITIONAL' && isJsonObject(found.node) ? [found.node] : found.node;
    if (wrapped === null || (found.isLax && isScalarNode(wrapped))) return substitute(onEmpty, 'Empty result of JSON_QUERY function is not allowed');
    if (isScalarNode(wrapped)) return substitute(onError, 'Strict jsonpath mode requires array or object value');
    return result(wrapped);
  };
}

const jsonQuery = boundScalar('JSON_QUERY', ({ argumentTypes, literals }) => {
  const [text, path] = argumentTypes;
  const type = argumentTypes[5];
  if (text === undefined || path === undefined || type === undefined || !(isCharacter(text) || text.kind === 'NULL') || !isCharacter(path)) return { supportedForms: ['JSON_QUERY(<CHARACTER>, <CHARACTER>)'] };
  if (!isCharacter(type) && !(type.kind === 'ARRAY' && isCharacter(type.element))) return refuse('Unsupported array element type: JSON_QUERY returns STRING or ARRAY<STRING>');
  for (const [index, word] of [[3, 'empty'], [4, 'error']] as const) if (type.kind === 'ARRAY' && literals[index] === 'EMPTY OBJECT') return refuse(`Illegal on ${word} behavior 'EMPTY OBJECT' for an ARRAY`);
  return { argumentTypes: [text.kind === 'NULL' ? STRING : text, ...argumentTypes.slice(1)], resultType: nullable(type) };
}, (call) => {
  const implementation = bindQuery(call);
  return (text: string | null, path: string | null, ...rest: unknown[]) => (text === null || path === null ? null : implementation(text, path, ...rest));
}, { seesNulls: true });

const jsonExists = scalar('JSON_EXISTS', { arguments: [CHARACTER, CHARACTER, SYMBOL], result: Results.nullable(BOOLEAN) }, exists);

function isJson(name: string, test: (node: JsonNode) => boolean, isNegated: boolean): ScalarFunctionDefinition {
  return scalar(name, { arguments: [CHARACTER], result: Results.notNull(BOOLEAN) }, (text: string | null) => {
    const node = text === null ? new JsonSyntax('NULL') : parsed(text);
    return (!(node instanceof JsonSyntax) && test(node)) !== isNegated;
  }, { seesNulls: true });
}

const JSON_TESTS: readonly (readonly [string, (node: JsonNode) => boolean])[] = [
  ['JSON VALUE', () => true], ['JSON OBJECT', isJsonObject], ['JSON ARRAY', isJsonArray], ['JSON SCALAR', (node) => node !== null && isScalarNode(node)],
];

// ---- constructors

/** A text that is JSON: written into the document as it is. A blank one is null. */
function rawJson(text: string): string | null {
  if (text.trim() === '') return null;
  const node = parseJson(text);
  if (node instanceof JsonSyntax) throw new FunctionError(node.message);
  return jsonText(node);
}

const json = scalar('JSON', { arguments: [CHARACTER], result: Results.nullable(STRING) }, rawJson);

/** Texts of values that are JSON already, or are made so. */
function writers(call: BoundCall, context: FunctionContext, first: number, step: number): readonly ((value: any) => string)[] { // any: values of every SQL type
  const result: ((value: unknown) => string)[] = [];
  for (let index = first; index < call.argumentTypes.length; index += step) {
    const isRaw = call.literals[index + 1] === 'JSON';
    result.push(isRaw ? (value) => rawJson(String(value)) ?? 'null' : jsonOfValue(call.argumentTypes[index]!, context.localTimeZone));
  }
  return result;
}

const jsonObject = boundScalar('JSON_OBJECT', ({ argumentTypes }) => ({ argumentTypes, resultType: notNull(STRING) }), (call, context) => {
  const isNullKept = call.literals[0] === 'NULL ON NULL';
  const write = writers(call, context, 2, 3);
  return (_onNull: string, ...values: unknown[]) => {
    const entries: [string, string][] = [];
    for (const [index, writer] of write.entries()) {
      const value = values[index * 3 + 1];
      if (value !== null || isNullKept) entries.push([values[index * 3] as string, value === null ? 'null' : writer(value)]);
    }
    const unique = [...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${unique.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
  };
}, { seesNulls: true });

const jsonArray = boundScalar('JSON_ARRAY', ({ argumentTypes }) => ({ argumentTypes, resultType: notNull(STRING) }), (call, context) => {
  const isNullKept = call.literals[0] === 'NULL ON NULL';
  const write = writers(call, context, 1, 2);
  return (_onNull: string, ...values: unknown[]) => {
    const elements: string[] = [];
    for (const [index, writer] of write.entries()) {
      const value = values[index * 2];
      if (value !== null || isNullKept) elements.push(value === null ? 'null' : writer(value));
    }
    return `[${elements.join(',')}]`;
  };
}, { seesNulls: true });

const jsonString = boundScalar('JSON_STRING', { arguments: [ANY], result: Results.propagated(STRING) }, ({ argumentTypes: [type] }, context) => jsonOfValue(type!, context.localTimeZone));

// ---- quoting

const QUOTED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '/': '\\/' };

function quote(text: string): string {
  let result = '"';
  for (let index = 0; index < text.length; index += 1) {
    const code = text.codePointAt(index)!;
    const escaped = QUOTED[text[index]!];
    // Flink writes a pair of surrogates as its code point and the second of them.
    result += escaped ?? (code < 32 || code > 126 ? `\\u${code.toString(16).padStart(4, '0')}` : text[index]);
  }
  return `${result}"`;
}

const UNQUOTED: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The text of a JSON string; a text that is none stays as it is. */
function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  const inner = text.slice(1, -1);
  let result = '';
  for (let at = 0; at < inner.length; at += 1) {
    if (inner[at] !== '\\') {
      result += inner[at];
      continue;
    }
    at += 1;
    const letter = inner[at] ?? '';
    if (letter === 'u') {
      const hex = inner.slice(at + 1, at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) return text;
      result += String.fromCharCode(Number.parseInt(hex, 16));
      at += 4;
    } else if (UNQUOTED[letter] === undefined) return text;
    else result += UNQUOTED[letter];
  }
  return result;
}

function parseVariantOf(text: string, areDuplicatesAllowed = false): unknown {
  const variant = parseVariant(text, { areDuplicatesAllowed });
  if (variant instanceof JsonSyntax) throw new FunctionError(`Failed to parse json string: ${variant.message}`);
  return variant;
}

export const JSON_FUNCTIONS: readonly ScalarFunctionDefinition[] = [
  jsonExists, jsonValue, jsonQuery, json, jsonObject, jsonArray, jsonString,
  ...JSON_TESTS.flatMap(([name, test]) => [isJson(`IS ${name}`, test, false), isJson(`IS NOT ${name}`, test, true)]),
  scalar('JSON_QUOTE', { arguments: [CHARACTER], result: Results.propagated(STRING) }, quote),
  scalar('JSON_UNQUOTE', { arguments: [CHARACTER], result: Results.propagated(STRING) }, unquote),
  scalar('PARSE_JSON', { arguments: [CHARACTER, Arguments.BOOLEAN], optionalCount: 1, result: Results.propagated(VARIANT) }, parseVariantOf),
  scalar('TRY_PARSE_JSON', { arguments: [CHARACTER, Arguments.BOOLEAN], optionalCount: 1, result: Results.nullable(VARIANT) }, (text: string, areDuplicatesAllowed = false) => {
    const variant = parseVariant(text, { areDuplicatesAllowed });
    return variant instanceof JsonSyntax ? null : variant;
  }),
];
