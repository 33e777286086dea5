// Code fragments that write one row value into the columns of an open frame. Locals of the generated writer: `n` the
// row, `h` the next free heap byte (absolute), `heapEnd`, `heapStart`, `isAscii`, views, and d/l/p offsets per column.
// A declared type that a value does not fit calls `mismatch`; an inferred one leaves the labelled block `fit`.
import type { Schema } from '#core/columns/schema';
import type { TypeInformation } from '#core/types/type-information';

interface WriteContext {
  readonly isInferred: boolean;
  next: number;
  locals: number;
}

/** Names the generated writer expects: see row-writer.ts. */
export const WRITE_SCOPE = ['mismatch', 'encodeVar', 'utf8Length', 'writeExact', 'misfits', 'TextSlice'] as const;

/**
 * Statements that write `v`; they end with `return false` when the heap has no room (nothing counted), and fall through
 * when the row is complete.
 */
export function rowWriteCode(schema: Schema): string {
  const type = schema.type;
  const isInferred = type.kind === 'row' && type.inferred !== undefined;
  const context: WriteContext = { isInferred, next: 0, locals: 0 };
  if (!isInferred) return writeValue(type, 'v', false, [], context);
  const fields = type.inferred!.isAtomic ? writeValue(type.fields[0]!.type, 'v', false, [], context)
    : `if (typeof v !== "object" || v === null) break fit;\n${writeFields(type, 'v', [], context)}`;
  const side = context.next;
  return `
    fit: {
      ${fields}
      ${clearBit(side)}
      n++; heapTop = h; return true;
    }
    h = heapTop;
    ${setBit(side)}
    ${writeEncoded(side, 'v')}
    isAscii = false;
    misfits.add(v);`;
}

function writeValue(type: TypeInformation, value: string, isNullable: boolean, path: readonly string[], context: WriteContext): string {
  if (type.kind === 'nullable') return writeValue(type.inner, value, true, path, context);
  if (type.kind === 'row' || type.kind === 'tuple') return writeNested(type, value, isNullable, path, context);
  const index = context.next++;
  const write = writeLeaf(type, value, index, path, context);
  if (!isNullable) return write;
  return `if (${isNull(value, context)}) { ${clearBit(index)} } else { ${setBit(index)} ${write} }`;
}

/** In inferred rows undefined is not null: such a row does not fit and keeps its form in the side column. */
const isNull = (value: string, context: WriteContext): string => (context.isInferred ? `${value} === null` : `${value} === null || ${value} === undefined`);

function writeNested(type: TypeInformation & { kind: 'row' | 'tuple' }, value: string, isNullable: boolean, path: readonly string[], context: WriteContext): string {
  const presence = isNullable ? context.next++ : -1;
  const isShape = type.kind === 'tuple' ? `Array.isArray(${value}) && ${value}.length === ${type.elements.length}` : `typeof ${value} === "object" && ${value} !== null`;
  const check = `if (!(${isShape})) ${misfit(path, type, value, context)}`;
  const fields = type.kind === 'tuple'
    ? type.elements.map((element, position) => writeLocal(element, `${value}[${position}]`, [...path, String(position)], context)).join('\n')
    : writeFields(type, value, path, context);
  if (!isNullable) return `${check}\n${fields}`;
  return `if (${isNull(value, context)}) { ${clearBit(presence)} } else { ${check} ${setBit(presence)}\n${fields} }`;
}

/** An inferred row must have exactly its fields: an extra one would be lost, so such a row goes to the side column. */
function writeFields(type: TypeInformation & { kind: 'row' }, value: string, path: readonly string[], context: WriteContext): string {
  const counter = `fields${context.locals++}`;
  const check = context.isInferred && type.inferred?.isProjected === undefined ? `let ${counter} = 0; for (const name in ${value}) ${counter}++; if (${counter} !== ${type.fields.length}) break fit;\n` : '';
  return check + type.fields.map((field) => writeLocal(field.type, `${value}[${JSON.stringify(field.name)}]`, [...path, field.name], context)).join('\n');
}

function writeLocal(type: TypeInformation, access: string, path: readonly string[], context: WriteContext): string {
  const local = `x${context.locals++}`;
  return `const ${local} = ${access};\n${writeValue(type, local, false, path, context)}`;
}

function writeLeaf(type: TypeInformation, x: string, index: number, path: readonly string[], context: WriteContext): string {
  const bad = misfit(path, type, x, context);
  switch (type.kind) {
    case 'boolean': return `if (typeof ${x} !== "boolean") ${bad} u8[d${index} + n] = ${x} ? 1 : 0;`;
    case 'int': return `if (typeof ${x} !== "number" || (${x} | 0) !== ${x}) ${bad} i32[d${index} + n] = ${x};`;
    case 'long': return `if (typeof ${x} !== "number" || Math.floor(${x}) !== ${x} || ${x} > 9007199254740991 || ${x} < -9007199254740991) ${bad} f64[d${index} + n] = ${x};`;
    case 'double': return `if (typeof ${x} !== "number") ${bad} f64[d${index} + n] = ${x};`;
    case 'bigint': return `if (typeof ${x} !== "bigint" || BigInt.asIntN(64, ${x}) !== ${x}) ${bad} i64[d${index} + n] = ${x};`;
    case 'int64': return `if (!writeExact(i32, i64, d${index} + n, ${x})) ${bad}`;
    case 'string': return `if (typeof ${x} === "string") ${writeText(index, x)} else if (${x} instanceof TextSlice) ${copySlice(index, x)} else { ${bad} }`;
    case 'bytes': return `if (!(${x} instanceof Uint8Array)) ${bad} if (h + ${x}.length > heapEnd) return false; u8.set(${x}, h); ${endVar(index, `${x}.length`)} isAscii = false;`;
    // An inferred field that is missing reads as undefined: writing it would add the field.
    default: return `${context.isInferred ? `if (${x} === undefined) break fit;` : ''} ${writeEncoded(index, x)} isAscii = false;`;
  }
}

/** Short text by a char loop (faster up to about 24 chars), long text by one native call; both fall back to UTF-8. */
function writeText(index: number, x: string): string {
  return `{
    const length = ${x}.length;
    if (h + length * 3 > heapEnd && h + utf8Length(${x}) > heapEnd) return false;
    let written = 0;
    if (length <= 24) {
      for (; written < length; written++) {
        const c = ${x}.charCodeAt(written);
        if (c > 127) break;
        u8[h + written] = c;
      }
    }
    if (written !== length) {
      written = bytes.utf8Write(${x}, h, heapEnd - h);
      if (written !== length) isAscii = false;
    }
    ${endVar(index, 'written')}
  }`;
}

/** Word by word, from one frame into the other. */
function copySlice(index: number, x: string): string {
  return `{
    const length = ${x}.length;
    const last = (h >>> 2) + ((length + 3) >>> 2);
    if (last > heapEnd >>> 2) return false;
    const from = ${x}.memory.i32;
    let word = ${x}.offset >>> 2;
    for (let to = h >>> 2; to < last; to++, word++) i32[to] = from[word];
    if (!${x}.isAscii) isAscii = false;
    ${endVar(index, 'length')}
  }`;
}

function writeEncoded(index: number, x: string): string {
  return `{ const encoded = encodeVar(${index}, ${x}); if (h + encoded.length > heapEnd) return false; u8.set(encoded, h); ${endVar(index, 'encoded.length')} }`;
}

/** Starts of var values stay 4-byte aligned, so that a gather copies words. */
const endVar = (index: number, length: string): string => `i32[d${index} + n] = h - heapStart; i32[l${index} + n] = ${length}; h += (${length} + 3) & ~3;`;

const setBit = (index: number): string => `i32[p${index} + (n >>> 5)] |= 1 << (n & 31);`;
const clearBit = (index: number): string => `i32[p${index} + (n >>> 5)] &= ~(1 << (n & 31));`;

function misfit(path: readonly string[], type: TypeInformation, value: string, context: WriteContext): string {
  return context.isInferred ? 'break fit;' : `mismatch(${JSON.stringify(path)}, ${JSON.stringify(type)}, ${value});`;
}
