// Source text of key hashers (key-hasher.ts holds the rules). Field names enter as JSON literals only.
import { assertNever } from '#core/assert';
import type { TypeInformation } from '#core/types/type-information';

interface Scope {
  readonly types: TypeInformation[];
  next: number;
}

/** Body of a function of (types, fail, h) that returns the hasher; `types` is filled with what it names in errors. */
export function hashSource(type: TypeInformation, types: TypeInformation[]): string {
  const scope: Scope = { types, next: 0 };
  return `'use strict';\nreturn (key) => {\n  let hash = 0;${hashInto(type, 'key', "''", 'hash', scope)}\n  return hash;\n};`;
}

/** Statements that assign the hash of `expression` to the variable `target`. */
function hashInto(type: TypeInformation, expression: string, path: string, target: string, scope: Scope): string {
  const n = scope.next++;
  const v = `v${n}`;
  if (type.kind === 'nullable') {
    return `\n  const ${v} = ${expression};\n  if (${v} === null || ${v} === undefined) ${target} = 0; else {${hashInto(type.inner, v, path, target, scope)}\n  }`;
  }
  const index = scope.types.push(type) - 1;
  const checked = (fits: string, body: string): string => `\n  const ${v} = ${expression};\n  if (!(${fits})) fail(types[${index}], ${path}, ${v});${body}`;
  const assign = (fits: string, hash: string): string => checked(fits, `\n  ${target} = ${hash};`);
  switch (type.kind) {
    case 'boolean': return assign(`typeof ${v} === 'boolean'`, `h.boolean(${v})`);
    case 'int': return assign(`typeof ${v} === 'number' && ${v} === (${v} | 0)`, `${v} | 0`);
    case 'long': return assign(`Number.isSafeInteger(${v})`, `h.long(${v})`);
    case 'bigint': return assign(`typeof ${v} === 'bigint' && BigInt.asIntN(64, ${v}) === ${v}`, `h.bigint(${v})`);
    case 'int64': return assign(`h.isInt64(${v})`, `typeof ${v} === 'number' ? h.long(${v}) : h.bigint(${v})`);
    case 'integer': return assign(`h.isExact(${v})`, `typeof ${v} === 'number' ? h.long(${v}) : h.bigint(${v})`);
    case 'double': return assign(`typeof ${v} === 'number'`, `h.double(${v})`);
    case 'string': return assign(`typeof ${v} === 'string'`, `h.string(${v})`);
    case 'bytes': return assign(`${v} instanceof Uint8Array`, `h.bytes(${v})`);
    case 'any': return `\n  ${target} = h.any(${expression});`;
    case 'row': {
      const fields = type.fields.map((field) => {
        const fieldPath = path === "''" ? JSON.stringify(field.name) : `${path} + ${JSON.stringify(`.${field.name}`)}`;
        return addTo(`a${n}`, 31, (one) => hashInto(field.type, `${v}[${JSON.stringify(field.name)}]`, fieldPath, one, scope), scope);
      });
      return checked(`typeof ${v} === 'object' && ${v} !== null`, `\n  let a${n} = 0;${fields.join('')}\n  ${target} = a${n};`);
    }
    case 'tuple': {
      const fields = type.elements.map((element, i) => addTo(`a${n}`, 31, (one) => hashInto(element, `${v}[${i}]`, `${path} + '[${i}]'`, one, scope), scope));
      return checked(`Array.isArray(${v}) && ${v}.length === ${type.elements.length}`, `\n  let a${n} = 0;${fields.join('')}\n  ${target} = a${n};`);
    }
    case 'list': {
      const step = addTo(`a${n}`, 31, (one) => hashInto(type.element, `${v}[i${n}]`, `${path} + '[' + i${n} + ']'`, one, scope), scope);
      return checked(`Array.isArray(${v})`, `\n  let a${n} = 1;\n  for (let i${n} = 0; i${n} < ${v}.length; i${n}++) {${step}\n  }\n  ${target} = a${n};`);
    }
    case 'map': {
      const key = hashInto(type.key, `k${n}`, `${path} + '{key}'`, `x${n}`, scope);
      const value = hashInto(type.value, `e${n}`, `${path} + '{value}'`, `y${n}`, scope);
      const loop = `\n  for (const [k${n}, e${n}] of ${v}) {\n  let x${n} = 0, y${n} = 0;${key}${value}\n  a${n} = (a${n} + (x${n} ^ y${n})) | 0;\n  }`;
      return checked(`${v} instanceof Map`, `\n  let a${n} = 0;${loop}\n  ${target} = a${n};`);
    }
    default: return assertNever(type, 'type');
  }
}

function addTo(sum: string, factor: number, hashOne: (target: string) => string, scope: Scope): string {
  const one = `o${scope.next++}`;
  return `\n  let ${one} = 0;${hashOne(one)}\n  ${sum} = (Math.imul(${sum}, ${factor}) + ${one}) | 0;`;
}
