// Optimised logical plans as JSON and back. Plans are plain data but for five things, which get a marked form: exact integers and
// other values that JSON lacks, undefined entries of lists, functions (by name), tables (by name, with what of them is kept), and tables of the program itself.
// A mark is an object with one key that begins with `$`.
import type { ResolvedTable } from '#table/catalog/resolved-table';
import { identifierText } from '#table/catalog/resolved-table';
import type { FunctionDefinition } from '#table/functions/function-definition';
import { TableError } from '#table/errors';

export interface PlanEncoding {
  /** The name under which the function is found again; undefined: it cannot be. */
  functionName(definition: FunctionDefinition): readonly string[] | undefined;
  /** What is kept of a table. */
  tableFacts(table: ResolvedTable): Partial<ResolvedTable>;
}

export interface PlanDecoding {
  /** Throws TABLE_PLAN_INVALID. */
  functionOf(name: readonly string[], kind: string): FunctionDefinition;
  tableOf(facts: Partial<ResolvedTable> & Pick<ResolvedTable, 'identifier'>): ResolvedTable;
}

/** Throws TABLE_PLAN_INVALID for what a file cannot hold. */
export function encodePlan(value: unknown, encoding: PlanEncoding): unknown {
  const encode = (part: unknown): unknown => {
    switch (typeof part) {
      case 'bigint': return { $bigint: String(part) };
      case 'number': return Number.isFinite(part) && !Object.is(part, -0) ? part : { $number: Object.is(part, -0) ? '-0' : String(part) };
      case 'function': case 'symbol': throw notPersistable(`a ${typeof part} of the program`);
      // Of a list: fields that are undefined are left out.
      case 'undefined': return { $undefined: true };
      case 'object': return part === null ? null : encodeObject(part);
      default: return part;
    }
  };
  const encodeObject = (part: object): unknown => {
    if (Array.isArray(part)) return part.map(encode);
    if (part instanceof Uint8Array) return { $bytes: Buffer.from(part).toString('base64') };
    if (part instanceof Map) return { $map: [...part].map(([key, entry]) => [encode(key), encode(entry)]) };
    if ('inferTypes' in part) return encodeFunction(part as unknown as FunctionDefinition, encoding);
    if ('identifier' in part && 'schema' in part) return { $table: encodeFields(encoding.tableFacts(part as ResolvedTable)) };
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== Object.prototype && prototype !== null) throw notPersistable(`a value of class ${part.constructor.name}`);
    return encodeFields(part);
  };
  const encodeFields = (part: object): unknown => Object.fromEntries(Object.entries(part).filter(([, entry]) => entry !== undefined).map(([key, entry]) => [key, encode(entry)]));
  return encode(value);
}

export function decodePlan(value: unknown, decoding: PlanDecoding): unknown {
  const decode = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map(decode);
    const entries = Object.entries(part);
    const [first] = entries;
    if (entries.length === 1 && first![0].startsWith('$')) return decodeMark(first![0], first![1]);
    return Object.fromEntries(entries.map(([key, entry]) => [key, decode(entry)]));
  };
  const decodeMark = (mark: string, content: unknown): unknown => {
    switch (mark) {
      case '$bigint': return BigInt(content as string);
      case '$undefined': return undefined;
      case '$number': return Number(content);
      case '$bytes': return new Uint8Array(Buffer.from(content as string, 'base64'));
      case '$map': return new Map((content as readonly (readonly [unknown, unknown])[]).map(([key, entry]) => [decode(key), decode(entry)]));
      case '$function': {
        const { name, kind } = content as { readonly name: readonly string[]; readonly kind: string };
        return decoding.functionOf(name, kind);
      }
      case '$table': return decoding.tableOf(decode(content) as ResolvedTable);
      default: return { [mark]: decode(content) };
    }
  };
  return decode(value);
}

function encodeFunction(definition: FunctionDefinition, encoding: PlanEncoding): unknown {
  const name = encoding.functionName(definition);
  if (name === undefined) throw notPersistable(`the function ${definition.name}, which is in no catalog: register it with CREATE FUNCTION`);
  return { $function: { name, kind: definition.kind } };
}

/** A table that a program registered as an object is found again by its name only. */
export function isOfProgram(table: ResolvedTable): boolean {
  return table.factory !== undefined;
}

function notPersistable(what: string): TableError {
  return new TableError('TABLE_PLAN_INVALID', `the plan cannot be compiled: it holds ${what}`);
}

export const tableName = (table: Pick<ResolvedTable, 'identifier'>): string => identifierText(table.identifier);
