// Generates a function that reads every field of a record into a 32-bit digest: from the declared type, else from the
// shape of the first record seen. `digestOf` is its interpreted twin and serves values whose shape is not known before.
import { TextSlice } from '#core/columns/text-slice';
import type { TypeInformation } from '#core/types/type-information';

export type FieldReader = (record: any) => number; // any: records of every type

/** Nested values of undeclared records are generated to this depth and interpreted below. */
const GENERATED_DEPTH_MAX = 4;
const GENERATED_FIELDS_MAX = 200;

export function createFieldReader(type: TypeInformation | undefined, first: unknown): FieldReader {
  const source = type === undefined || type.kind === 'any' ? sourceOfSample(first) : sourceOfType(type, 'r', 0);
  return new Function('digestOf', `"use strict"; return function readFields(r) { let h = 0; ${source} return h; };\n//# sourceURL=millrace-blackhole-reader.js`)(digestOf) as FieldReader;
}

/** Numbers by their integer part, strings by length and both ends, containers by their parts. Depth-first. */
export function digestOf(value: unknown): number {
  switch (typeof value) {
    case 'number': return value | 0;
    case 'string': return value.length === 0 ? 0 : (value.length + value.charCodeAt(0) * 31 + value.charCodeAt(value.length - 1) * 961) | 0;
    case 'boolean': return value ? 1 : 0;
    case 'bigint': return Number(BigInt.asIntN(32, value));
    case 'object': return value === null ? 0 : value instanceof TextSlice ? digestOfSlice(value) : digestOfObject(value);
    default: return 0;
  }
}

/** As that of the string, which is made only where its characters are not its bytes. */
function digestOfSlice(text: TextSlice): number {
  const { offset, length, memory } = text;
  if (!text.isAscii) return digestOf(text.substring(0, length));
  if (length === 0) return 0;
  const { u8 } = memory!;
  return (length + u8[offset]! * 31 + u8[offset + length - 1]! * 961) | 0;
}

function digestOfObject(value: object): number {
  let digest = 0;
  if (value instanceof Uint8Array) {
    for (const byte of value) digest = (digest + byte) | 0;
  } else if (value instanceof Map) {
    for (const [key, entry] of value) digest = (digest + digestOf(key) + digestOf(entry)) | 0;
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const element of value) digest = (digest + digestOf(element)) | 0;
  } else {
    for (const key of Object.keys(value)) digest = (digest + digestOf((value as Record<string, unknown>)[key])) | 0;
  }
  return digest;
}

function sourceOfType(type: TypeInformation, access: string, depth: number): string {
  const v = `v${depth}`;
  const nested = (name: string, inner: TypeInformation) => sourceOfType(inner, `${v}[${name}]`, depth + 1);
  switch (type.kind) {
    case 'boolean': return `h = h + (${access} ? 1 : 0) | 0;`;
    case 'int64': return `{ const n = ${access}; h = h + (typeof n === 'number' ? n | 0 : digestOf(n)) | 0; }`;
    case 'int': case 'long': case 'double': return `h = h + (${access} | 0) | 0;`;
    case 'string': return `{ const s = ${access}; if (typeof s !== 'string') h = h + digestOf(s) | 0; else if (s.length !== 0) h = h + s.length + s.charCodeAt(0) * 31 + s.charCodeAt(s.length - 1) * 961 | 0; }`;
    case 'nullable': return `if (${access} !== null) { ${sourceOfType(type.inner, access, depth)} }`;
    case 'row': return `{ const ${v} = ${access}; ${type.fields.map((field) => nested(JSON.stringify(field.name), field.type)).join(' ')} }`;
    case 'tuple': return `{ const ${v} = ${access}; ${type.elements.map((element, index) => nested(String(index), element)).join(' ')} }`;
    default: return `h = h + digestOf(${access}) | 0;`;
  }
}

function sourceOfSample(sample: unknown): string {
  const budget = { fields: GENERATED_FIELDS_MAX };
  return sampleSource(sample, 'r', 0, budget);
}

/** Only plain objects are spelled out; each value is still looked at for its type, since the next record may differ. */
function sampleSource(sample: unknown, access: string, depth: number, budget: { fields: number }): string {
  const v = `v${depth}`;
  const isPlain = typeof sample === 'object' && sample !== null && Object.getPrototypeOf(sample) === Object.prototype;
  if (!isPlain || depth >= GENERATED_DEPTH_MAX || budget.fields <= 0) {
    return `{ const ${v} = ${access}; h = h + (typeof ${v} === 'number' ? ${v} | 0 : digestOf(${v})) | 0; }`;
  }
  const entries = Object.entries(sample);
  budget.fields -= entries.length;
  const reads = entries.map(([name, value]) => sampleSource(value, `${v}[${JSON.stringify(name)}]`, depth + 1, budget)).join(' ');
  return `{ const ${v} = ${access}; if (${v} !== null && typeof ${v} === 'object') { ${reads} } else h = h + digestOf(${v}) | 0; }`;
}
