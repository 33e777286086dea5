// Code fragments that read a row of a frame: the prelude binds a batch's columns to locals, the expression makes the
// value of row `i`. Used by the row reader and by the fused loops of operator chains, so both read the same way.
import { FieldTree } from '#core/codegen/field-tree';
import type { Schema } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';

export interface RowReadCode {
  /** Statements that declare locals from a variable named `batch`. */
  readonly prelude: string;
  /** The same as names and the expressions that they stand for, in order. */
  readonly bindings: readonly (readonly [name: string, expression: string])[];
  /** Expression for the value of row `i`. */
  readonly value: string;
  /** Expression for the event time of row `i`. */
  readonly eventTime: string;
  /** Declarations of the slices that the other parts use, once per loop. */
  readonly slices: string;
  /** Statements after the last row: decide how the next batch's text is decoded. */
  readonly epilogue: string;
}

/** How a loop decodes text: kept between its batches. */
export interface TextDecoding {
  /** The whole heap at once; else string by string, where few are read. */
  isBlock: boolean;
}

/** Heap bytes that decode in a block as fast as one string decodes alone (70 ns against 7 GB/s). */
const BLOCK_BYTES_PER_STRING = 512;

export interface RowReadOptions {
  /** What is read of a row; default everything. */
  readonly reads?: FieldTree;
  /** Name of a TextDecoding in scope; without it every heap is decoded in a block. */
  readonly decoding?: string;
  /** Texts that are read as TextSlices: the locals that `slices` of the code declares outlive the loop. */
  readonly slices?: FieldTree;
}

/** Names the generated code expects in its scope besides `batch`: see row-reader.ts for what they are. */
export const READ_SCOPE = ['decodeVar', 'utf8Of', 'exactAt', 'TextSlice'] as const;

/**
 * Strings come from one decode of the whole heap where it is ASCII (12 ns a string against
 * 70), so they are plain own properties: records can be kept, spread and printed like any object.
 */
export function rowReadCode(schema: Schema, options: RowReadOptions = {}): RowReadCode {
  const { reads = FieldTree.all(), decoding } = options;
  const context: ReadContext = { schema, next: 0, sliced: [] };
  const hasText = schema.columns.some((column) => column.type.kind === 'string' && column.kind === 'var');
  const bindings: (readonly [string, string])[] = [
    ['memory', 'batch.memory'], ['i32', 'memory.i32'], ['f64', 'memory.f64'], ['u8', 'memory.u8'], ['i64', 'memory.i64'],
    ['columns', 'batch.layout.columns'], ['base', 'batch.base'], ['eventTimes', '(base + batch.layout.eventTimes) / 8'], ['heap', 'base + batch.layout.heapStart'],
  ];
  if (hasText) bindings.push(['text', `batch.isAsciiHeap ${decoding === undefined ? '' : `&& ${decoding}.isBlock `}? memory.bytes.latin1Slice(heap, heap + batch.heapLength) : null`]);
  for (const { index, kind, isNullable } of schema.columns) {
    const divisor = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 1 }[kind];
    if (kind !== 'presence') bindings.push([`d${index}`, `(base + columns[${index}].data) / ${divisor}`]);
    if (kind === 'var') bindings.push([`l${index}`, `(base + columns[${index}].lengths) / 4`]);
    if (isNullable) bindings.push([`p${index}`, `(base + columns[${index}].validity) / 4`]);
  }
  const value = readExpression(schema.type, false, context, reads, options.slices) ?? 'undefined';
  const { sliced } = context;
  const slicing = sliced.map((index) => ` s${index}.memory = memory; s${index}.isAscii = batch.isAsciiHeap; s${index}.block = text; s${index}.blockOffset = heap; s${index}.reads = 0;`).join('');
  const prelude = `${bindings.map(([name, expression]) => `const ${name} = ${expression};`).join('\n')}${hasText ? ' let textReads = 0;' : ''}${slicing}`;
  const epilogue = hasText && decoding !== undefined ? `${decoding}.isBlock = (${['textReads', ...sliced.map((index) => `s${index}.reads`)].join(' + ')}) * ${BLOCK_BYTES_PER_STRING} > batch.heapLength;` : '';
  return { prelude, bindings, slices: sliced.map((index) => `const s${index} = new TextSlice();`).join(' '), value, eventTime: 'f64[eventTimes + i]', epilogue };
}

/** Expressions for the fields of row `i` where rows are plain: no row within a row, nothing inferred. Undefined for others. */
export function fieldReads(schema: Schema): readonly (readonly [name: string, expression: string])[] | undefined {
  const { type } = schema;
  if (type.kind !== 'row' || type.inferred !== undefined || type.fields.some((field) => isNested(field.type))) return undefined;
  const context: ReadContext = { schema, next: 0, sliced: [] };
  return type.fields.map((field) => [field.name, readExpression(field.type, false, context, FieldTree.all())!]);
}

/**
 * Expressions for the fields of row `i` that are integers, as numbers: NaN for null, and beyond 2^53 - 1 a number that is beyond it, too.
 * Fields of other types are left out. Rows as for fieldReads.
 */
export function integerReads(schema: Schema): ReadonlyMap<string, string> {
  return new Map(schema.columns.flatMap(({ path, index, type, isNullable }) => {
    const value = type.kind === 'int' ? `i32[d${index} + i]` : type.kind === 'long' ? `f64[d${index} + i]` : type.kind === 'int64' ? `(i32[2 * (d${index} + i) + 1] * 4294967296 + (i32[2 * (d${index} + i)] >>> 0))` : undefined;
    return path.length !== 1 || value === undefined ? [] : [[path[0]!, isNullable ? `(${present(index)} ? ${value} : NaN)` : value] as const];
  }));
}

function isNested(type: TypeInformation): boolean {
  return type.kind === 'nullable' ? isNested(type.inner) : type.kind === 'row' || type.kind === 'tuple';
}

/** Whether the value of a nullable column is there in row `i`. */
export const present = (index: number): string => `((i32[p${index} + (i >>> 5)] >>> (i & 31)) & 1) !== 0`;

interface ReadContext {
  readonly schema: Schema;
  /** Index of the next column. */
  next: number;
  /** Columns that are read as slices. */
  readonly sliced: number[];
}

/** Walks the type in the order in which schema.ts made the columns; undefined = nobody reads it (the next column is another one still). */
function readExpression(type: TypeInformation, isNullable: boolean, context: ReadContext, reads: FieldTree | undefined, slices?: FieldTree): string | undefined {
  if (type.kind === 'nullable') return readExpression(type.inner, true, context, reads, slices);
  if (type.kind === 'row' || type.kind === 'tuple') return readNested(type, isNullable, context, reads, slices);
  const index = context.next++;
  if (reads === undefined) return undefined;
  const isSliced = type.kind === 'string' && slices?.isAll === true;
  if (isSliced) context.sliced.push(index);
  const value = isSliced ? sliceExpression(index) : leafExpression(type, index);
  return isNullable ? `(${present(index)} ? ${value} : null)` : value;
}

function readNested(type: TypeInformation & { kind: 'row' | 'tuple' }, isNullable: boolean, context: ReadContext, reads: FieldTree | undefined, slices: FieldTree | undefined): string | undefined {
  const presence = isNullable ? context.next++ : -1;
  let value: string;
  if (type.kind === 'tuple') {
    // Positions are not left out: the array keeps its length.
    value = `[${type.elements.map((element) => readExpression(element, false, context, reads)).join(', ')}]`;
  } else {
    const isAtomic = type.inferred?.isAtomic === true;
    const fields = type.fields.map((field) => [field.name, readExpression(field.type, false, context, isAtomic ? reads : reads?.child(field.name), slices?.fields.get(field.name))] as const);
    value = isAtomic ? fields[0]![1]! : `{${fields.filter(([, code]) => code !== undefined).map(([name, code]) => `${propertyKey(name)}: ${code}`).join(', ')}}`;
    if (type.inferred !== undefined) {
      const side = context.next++;
      value = `(${present(side)} ? ${leafExpression({ kind: 'any' }, side)} : ${value})`;
    }
  }
  if (reads === undefined) return undefined;
  return presence === -1 ? value : `(${present(presence)} ? ${value} : null)`;
}

const sliceExpression = (index: number): string => `(s${index}.offset = heap + i32[d${index} + i], s${index}.length = i32[l${index} + i], s${index}.turn = (s${index}.turn + 1) | 0, s${index})`;

function leafExpression(type: TypeInformation, index: number): string {
  switch (type.kind) {
    case 'boolean': return `(u8[d${index} + i] !== 0)`;
    case 'int': return `i32[d${index} + i]`;
    case 'bigint': return `i64[d${index} + i]`;
    case 'int64': return `exactAt(i32, i64, d${index} + i)`;
    case 'string': return `(textReads++, text !== null ? text.substring(i32[d${index} + i], i32[d${index} + i] + i32[l${index} + i]) : utf8Of(memory, heap + i32[d${index} + i], i32[l${index} + i]))`;
    case 'bytes': return `u8.slice(heap + i32[d${index} + i], heap + i32[d${index} + i] + i32[l${index} + i])`;
    case 'integer': case 'list': case 'map': case 'any': return `decodeVar(${index}, memory, heap + i32[d${index} + i], i32[l${index} + i])`;
    default: return `f64[d${index} + i]`;
  }
}

/** A property of an object literal; `__proto__` must be computed, or it would set the prototype. */
export function propertyKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}
