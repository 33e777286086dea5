// Source text of generated serializers. Layout of the bytes, format version 1, little-endian:
//
//   boolean 1 byte | int int32 | long, double float64 | bigint, int64 int64 | integer: var-uint length, two's complement | string, bytes: var-uint length, then UTF-8 or bytes
//   row, tuple: fields in order | nullable: 1 byte (1 = present), then the value | any: var-uint length, msgpackr bytes
//   list: var-uint count, elements | map: var-uint count, key and value alternating
//
// Names are made of a counter only and user text enters as JSON literals, so no field name can become code.
import { assertNever } from '#core/assert';
import type { TypeInformation } from '#core/types/type-information';

/** Raised whenever the bytes of some type change. */
export const SERIALIZER_FORMAT_VERSION = 1;

export interface SourceScope {
  /** Types that generated code names in errors, by index. */
  readonly types: TypeInformation[];
  nextVariable: number;
}

/** A value in generated code: how to get it, and an expression of its path for errors. */
export interface ValueSource {
  readonly expression: string;
  readonly path: string;
}

/** A check that is true when `v` fits the atomic type. */
function fits(type: TypeInformation, v: string): string {
  switch (type.kind) {
    case 'boolean': return `typeof ${v} === 'boolean'`;
    case 'int': return `typeof ${v} === 'number' && ${v} === (${v} | 0)`;
    case 'long': return `Number.isSafeInteger(${v})`;
    case 'double': return `typeof ${v} === 'number'`;
    case 'bigint': return `typeof ${v} === 'bigint' && BigInt.asIntN(64, ${v}) === ${v}`;
    case 'int64': return `isInt64(${v})`;
    case 'integer': return `isExact(${v})`;
    case 'string': return `typeof ${v} === 'string'`;
    case 'bytes': return `${v} instanceof Uint8Array`;
    case 'row': return `typeof ${v} === 'object' && ${v} !== null`;
    case 'tuple': return `Array.isArray(${v}) && ${v}.length === ${type.elements.length}`;
    case 'list': return `Array.isArray(${v})`;
    case 'map': return `${v} instanceof Map`;
    case 'nullable': case 'any': return 'true';
    default: return assertNever(type, 'type');
  }
}

function checked(type: TypeInformation, value: ValueSource, scope: SourceScope): { readonly variable: string; readonly source: string } {
  const variable = `v${scope.nextVariable++}`;
  const index = scope.types.push(type) - 1;
  return {
    variable,
    source: `\n    const ${variable} = ${value.expression};\n    if (!(${fits(type, variable)})) fail(types[${index}], ${value.path}, ${variable});`,
  };
}

/** Children of a checked row or tuple as sources. */
function fieldsOf(type: TypeInformation, variable: string, path: string): readonly { readonly type: TypeInformation; readonly value: ValueSource }[] {
  if (type.kind === 'row') {
    return type.fields.map((field) => ({
      type: field.type,
      value: { expression: `${variable}[${JSON.stringify(field.name)}]`, path: joinPath(path, field.name) },
    }));
  }
  if (type.kind === 'tuple') {
    return type.elements.map((element, index) => ({ type: element, value: { expression: `${variable}[${index}]`, path: elementPath(path, String(index)) } }));
  }
  return [];
}

function joinPath(path: string, name: string): string {
  return path === "''" ? JSON.stringify(name) : `${path} + ${JSON.stringify(`.${name}`)}`;
}

function elementPath(path: string, index: string): string {
  return `${path} + '[' + ${index} + ']'`;
}

/** Statements that write the value to `out`. */
export function writeStatements(type: TypeInformation, value: ValueSource, scope: SourceScope): string {
  if (type.kind === 'any') return `\n    out.writeSized(packAny(${value.expression}));`;
  if (type.kind === 'nullable') {
    const variable = `v${scope.nextVariable++}`;
    const inner = writeStatements(type.inner, { expression: variable, path: value.path }, scope);
    return `\n    const ${variable} = ${value.expression};
    if (${variable} === null || ${variable} === undefined) out.writeByte(0);\n    else {\n    out.writeByte(1);${inner}\n    }`;
  }
  const { variable, source } = checked(type, value, scope);
  return source + writeChecked(type, variable, value.path, scope);
}

function writeChecked(type: TypeInformation, v: string, path: string, scope: SourceScope): string {
  switch (type.kind) {
    case 'boolean': return `\n    out.writeBoolean(${v});`;
    case 'int': return `\n    out.writeInt32(${v});`;
    case 'long': return `\n    out.writeFloat64(${v} + 0);`;
    case 'double': return `\n    out.writeFloat64(${v});`;
    case 'bigint': return `\n    out.writeBigInt64(${v});`;
    case 'int64': return `\n    out.writeInt64(${v});`;
    case 'integer': return `\n    out.writeInteger(${v});`;
    case 'string': return `\n    out.writeString(${v});`;
    case 'bytes': return `\n    out.writeSized(${v});`;
    case 'row': case 'tuple': return fieldsOf(type, v, path).map((field) => writeStatements(field.type, field.value, scope)).join('');
    case 'list': {
      const i = `i${scope.nextVariable++}`;
      const element = writeStatements(type.element, { expression: `${v}[${i}]`, path: elementPath(path, i) }, scope);
      return `\n    out.writeVarUint(${v}.length);\n    for (let ${i} = 0; ${i} < ${v}.length; ${i}++) {${element}\n    }`;
    }
    case 'map': {
      const n = scope.nextVariable++;
      const key = writeStatements(type.key, { expression: `k${n}`, path: `${path} + '{key}'` }, scope);
      const entry = writeStatements(type.value, { expression: `e${n}`, path: `${path} + '{value}'` }, scope);
      return `\n    out.writeVarUint(${v}.size);\n    for (const [k${n}, e${n}] of ${v}) {${key}${entry}\n    }`;
    }
    case 'nullable': case 'any': return '';
    default: return assertNever(type, 'type');
  }
}

/** Statements to run before, and the expression that then holds, the value read from `input`. */
export function readExpression(type: TypeInformation, scope: SourceScope): { readonly statements: string; readonly expression: string } {
  const r = `r${scope.nextVariable++}`;
  const single = (call: string) => ({ statements: `\n    const ${r} = ${call};`, expression: r });
  switch (type.kind) {
    case 'boolean': return single('input.readBoolean()');
    case 'int': return single('input.readInt32()');
    case 'long': case 'double': return single('input.readFloat64()');
    case 'bigint': return single('input.readBigInt64()');
    case 'int64': return single('input.readInt64()');
    case 'integer': return single('input.readInteger()');
    case 'string': return single('input.readString()');
    case 'bytes': return single('input.readSized()');
    case 'any': return single('unpackAny(input.readSized())');
    case 'row': {
      const fields = type.fields.map((field) => ({ name: field.name, read: readExpression(field.type, scope) }));
      const literal = fields.map((field) => `[${JSON.stringify(field.name)}]: ${field.read.expression}`).join(', ');
      return { statements: fields.map((field) => field.read.statements).join(''), expression: `{ ${literal} }` };
    }
    case 'tuple': {
      const elements = type.elements.map((element) => readExpression(element, scope));
      return { statements: elements.map((element) => element.statements).join(''), expression: `[${elements.map((element) => element.expression).join(', ')}]` };
    }
    case 'nullable': {
      const inner = readExpression(type.inner, scope);
      return { statements: `\n    let ${r} = null;\n    if (input.readByte() !== 0) {${inner.statements}\n    ${r} = ${inner.expression};\n    }`, expression: r };
    }
    case 'list': {
      const element = readExpression(type.element, scope);
      return { statements: `\n    const ${r} = [];\n    for (let n${r} = input.readVarUint(); n${r} > 0; n${r}--) {${element.statements}\n    ${r}.push(${element.expression});\n    }`, expression: r };
    }
    case 'map': {
      const key = readExpression(type.key, scope);
      const value = readExpression(type.value, scope);
      return {
        statements: `\n    const ${r} = new Map();\n    for (let n${r} = input.readVarUint(); n${r} > 0; n${r}--) {${key.statements}
    const k${r} = ${key.expression};${value.statements}\n    ${r}.set(k${r}, ${value.expression});\n    }`,
        expression: r,
      };
    }
    default: return assertNever(type, 'type');
  }
}

/** Statements that assign a deep copy of the value to `target`, an existing variable or place. */
export function copyStatements(type: TypeInformation, value: ValueSource, target: string, scope: SourceScope): string {
  if (type.kind === 'any') return `\n    ${target} = copyAny(${value.expression});`;
  if (type.kind === 'nullable') {
    const variable = `v${scope.nextVariable++}`;
    const inner = copyStatements(type.inner, { expression: variable, path: value.path }, target, scope);
    return `\n    const ${variable} = ${value.expression};\n    if (${variable} === null || ${variable} === undefined) ${target} = null;\n    else {${inner}\n    }`;
  }
  const { variable, source } = checked(type, value, scope);
  return source + copyChecked(type, variable, value.path, target, scope);
}

function copyChecked(type: TypeInformation, v: string, path: string, target: string, scope: SourceScope): string {
  switch (type.kind) {
    case 'boolean': case 'double': case 'bigint': case 'string': return `\n    ${target} = ${v};`;
    case 'int': return `\n    ${target} = ${v} | 0;`;
    case 'long': return `\n    ${target} = ${v} + 0;`;
    case 'int64': case 'integer': return `\n    ${target} = ${v} === 0 ? 0 : ${v};`;
    case 'bytes': return `\n    ${target} = new Uint8Array(${v});`;
    case 'row': case 'tuple': {
      const copies = fieldsOf(type, v, path).map((field) => {
        const name = `c${scope.nextVariable++}`;
        return { name, source: `\n    let ${name};${copyStatements(field.type, field.value, name, scope)}` };
      });
      const statements = copies.map((copy) => copy.source).join('');
      const parts = copies.map((copy, index) => (type.kind === 'row' ? `[${JSON.stringify(type.fields[index]!.name)}]: ${copy.name}` : copy.name)).join(', ');
      return `${statements}\n    ${target} = ${type.kind === 'row' ? `{ ${parts} }` : `[${parts}]`};`;
    }
    case 'list': {
      const n = scope.nextVariable++;
      const element = copyStatements(type.element, { expression: `${v}[i${n}]`, path: elementPath(path, `i${n}`) }, `c${n}`, scope);
      return `\n    const l${n} = [];\n    for (let i${n} = 0; i${n} < ${v}.length; i${n}++) {\n    let c${n};${element}\n    l${n}.push(c${n});\n    }\n    ${target} = l${n};`;
    }
    case 'map': {
      const n = scope.nextVariable++;
      const key = copyStatements(type.key, { expression: `k${n}`, path: `${path} + '{key}'` }, `ck${n}`, scope);
      const entry = copyStatements(type.value, { expression: `e${n}`, path: `${path} + '{value}'` }, `ce${n}`, scope);
      return `\n    const m${n} = new Map();\n    for (const [k${n}, e${n}] of ${v}) {\n    let ck${n}, ce${n};${key}${entry}\n    m${n}.set(ck${n}, ce${n});\n    }\n    ${target} = m${n};`;
    }
    case 'nullable': case 'any': return '';
    default: return assertNever(type, 'type');
  }
}
