// Code fragments that read a row of a frame: the prelude binds a batch's columns to locals, the expression makes the
// value of row `i`. Used by the row reader and by the fused loops of operator chains, so both read the same way.
import type { Schema } from '#core/columns/schema';
import { SIDE_COLUMN } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';

export interface RowReadCode {
  /** Statements that declare locals from a variable named `batch`. */
  readonly prelude: string;
  /** Expression for the value of row `i`. */
  readonly value: string;
  /** Expression for the event time of row `i`. */
  readonly eventTime: string;
}

/** Names the generated code expects in its scope besides `batch`: see row-reader.ts for what they are. */
export const READ_SCOPE = ['decodeVar', 'utf8Of'] as const;

/**
 * Strings come from one decode of the whole heap where it is ASCII (12 ns a string against 70: data-plane.md section
 * 7), so they are plain own properties: records can be kept, spread and printed like any object.
 */
export function rowReadCode(schema: Schema): RowReadCode {
  const hasText = schema.columns.some((column) => column.type.kind === 'string' && column.kind === 'var');
  const lines = [
    'const memory = batch.memory, i32 = memory.i32, f64 = memory.f64, u8 = memory.u8, i64 = memory.i64, columns = batch.layout.columns, base = batch.base;',
    'const eventTimes = (base + batch.layout.eventTimes) / 8;',
    'const heap = base + batch.layout.heapStart;',
  ];
  if (hasText) lines.push('const text = batch.isAsciiHeap ? memory.bytes.latin1Slice(heap, heap + batch.heapLength) : null;');
  for (const { index, kind, isNullable } of schema.columns) {
    const divisor = { u8: 1, i32: 4, f64: 8, i64: 8, var: 4, presence: 1 }[kind];
    if (kind !== 'presence') lines.push(`const d${index} = (base + columns[${index}].data) / ${divisor};`);
    if (kind === 'var') lines.push(`const l${index} = (base + columns[${index}].lengths) / 4;`);
    if (isNullable) lines.push(`const p${index} = (base + columns[${index}].validity) / 4;`);
  }
  const cursor = { next: 0 };
  const value = readExpression(schema, schema.type, false, cursor);
  return { prelude: lines.join('\n'), value, eventTime: 'f64[eventTimes + i]' };
}

const present = (index: number): string => `((i32[p${index} + (i >>> 5)] >>> (i & 31)) & 1) !== 0`;

/** Walks the type in the order in which schema.ts made the columns. */
function readExpression(schema: Schema, type: TypeInformation, isNullable: boolean, cursor: { next: number }): string {
  if (type.kind === 'nullable') return readExpression(schema, type.inner, true, cursor);
  if (type.kind === 'row' || type.kind === 'tuple') return readNested(schema, type, isNullable, cursor);
  const index = cursor.next++;
  const value = leafExpression(type, index);
  return isNullable ? `(${present(index)} ? ${value} : null)` : value;
}

function readNested(schema: Schema, type: TypeInformation & { kind: 'row' | 'tuple' }, isNullable: boolean, cursor: { next: number }): string {
  const presence = isNullable ? cursor.next++ : -1;
  let value: string;
  if (type.kind === 'tuple') {
    value = `[${type.elements.map((element) => readExpression(schema, element, false, cursor)).join(', ')}]`;
  } else {
    const fields = type.fields.map((field) => [field.name, readExpression(schema, field.type, false, cursor)] as const);
    value = type.inferred?.isAtomic === true ? fields[0]![1] : `{${fields.map(([name, code]) => `${propertyKey(name)}: ${code}`).join(', ')}}`;
    if (type.inferred !== undefined) {
      const side = cursor.next++;
      value = `(${present(side)} ? ${leafExpression({ kind: 'any' }, side)} : ${value})`;
    }
  }
  return presence === -1 ? value : `(${present(presence)} ? ${value} : null)`;
}

function leafExpression(type: TypeInformation, index: number): string {
  switch (type.kind) {
    case 'boolean': return `(u8[d${index} + i] !== 0)`;
    case 'int': return `i32[d${index} + i]`;
    case 'bigint': return `i64[d${index} + i]`;
    case 'string': return `(text !== null ? text.substring(i32[d${index} + i], i32[d${index} + i] + i32[l${index} + i]) : utf8Of(memory, heap + i32[d${index} + i], i32[l${index} + i]))`;
    case 'bytes': return `u8.slice(heap + i32[d${index} + i], heap + i32[d${index} + i] + i32[l${index} + i])`;
    case 'list': case 'map': case 'any': return `decodeVar(${index}, memory, heap + i32[d${index} + i], i32[l${index} + i])`;
    default: return `f64[d${index} + i]`;
  }
}

/** A property of an object literal; `__proto__` must be computed, or it would set the prototype. */
export function propertyKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}

export function isSideColumn(path: readonly string[]): boolean {
  return path.at(-1) === SIDE_COLUMN;
}
