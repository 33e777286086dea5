// How built-in functions are typed: argument rules that accept a type and say what it is cast to, and result rules.
// A definition lists forms; the first that fits a call types it.
import { type CallMismatch, type CallShape, type CallSignature } from '#table/functions/function-definition';
import { LogicalTypes, nullable, withNullability, type LogicalType } from '#table/types/logical-type';
import { isBinary, isCharacter, isExactNumeric, isInteger, isNumeric } from '#table/types/type-families';

export interface ArgumentRule {
  /** As shown in "Supported form(s)": `NUMERIC`. */
  readonly text: string;
  /** The type that the argument is cast to, nullability included; undefined where it does not fit. */
  readonly accept: (type: LogicalType, before: readonly LogicalType[]) => LogicalType | undefined;
}

/** `types` are those after implicit casts. */
export type ResultRule = (types: readonly LogicalType[], call: CallShape) => LogicalType | CallMismatch;

export interface SignatureForm {
  readonly arguments: readonly ArgumentRule[];
  /** How many of them, counted from the end, may be left out. */
  readonly optionalCount?: number;
  /** Any number more of these. */
  readonly rest?: ArgumentRule;
  readonly result: ResultRule;
}

export type TypeInference = (call: CallShape) => CallSignature | CallMismatch;

/** `name` is for messages. */
export function inferenceOf(name: string, forms: readonly SignatureForm[]): TypeInference {
  return (call) => {
    let refusal: CallMismatch | undefined;
    for (const form of forms) {
      const types = acceptedTypes(form, call.argumentTypes);
      if (types === undefined) continue;
      const resultType = form.result(types, call);
      if (!('supportedForms' in resultType)) return { argumentTypes: types, resultType };
      refusal = resultType;
    }
    return refusal ?? { supportedForms: forms.map((form) => formText(name, form)) };
  };
}

function acceptedTypes(form: SignatureForm, types: readonly LogicalType[]): readonly LogicalType[] | undefined {
  const required = form.arguments.length - (form.optionalCount ?? 0);
  if (types.length < required || (form.rest === undefined && types.length > form.arguments.length)) return undefined;
  const accepted: LogicalType[] = [];
  for (const [index, type] of types.entries()) {
    const rule = form.arguments[index] ?? form.rest!;
    const result = rule.accept(type, accepted);
    if (result === undefined) return undefined;
    accepted.push(result);
  }
  return accepted;
}

function formText(name: string, form: SignatureForm): string {
  const parts = form.arguments.map((rule) => `<${rule.text}>`);
  if (form.rest !== undefined) parts.push(`<${form.rest.text}>...`);
  return `${name}(${parts.join(', ')})`;
}

// ---- arguments

function family(text: string, isMember: (type: LogicalType) => boolean, ofNull: LogicalType): ArgumentRule {
  return { text, accept: (type) => (type.kind === 'NULL' ? ofNull : isMember(type) ? type : undefined) };
}

/** A member of the family, cast to one type, its nullability kept. */
function castFamily(text: string, isMember: (type: LogicalType) => boolean, to: LogicalType): ArgumentRule {
  return { text, accept: (type) => (type.kind === 'NULL' ? nullable(to) : isMember(type) ? withNullability(to, type.isNullable) : undefined) };
}

export const Arguments = {
  ANY: { text: 'ANY', accept: (type: LogicalType) => type } as ArgumentRule,
  NUMERIC: family('NUMERIC', isNumeric, LogicalTypes.INT),
  EXACT_NUMERIC: family('EXACT_NUMERIC', isExactNumeric, LogicalTypes.INT),
  /** Any number, as a DOUBLE. */
  DOUBLE: castFamily('NUMERIC', isNumeric, LogicalTypes.DOUBLE),
  INTEGER: family('INTEGER', isInteger, LogicalTypes.INT),
  /** An integer of 32 bits or fewer. */
  INT: castFamily('INTEGER', (type) => isInteger(type) && type.kind !== 'BIGINT', LogicalTypes.INT),
  /** Any integer, cast to INT. */
  ANY_INT: castFamily('INTEGER', isInteger, LogicalTypes.INT),
  BIGINT: castFamily('INTEGER', isInteger, LogicalTypes.BIGINT),
  CHARACTER: family('CHARACTER', isCharacter, LogicalTypes.STRING),
  BINARY: family('BINARY', isBinary, LogicalTypes.BYTES),
  CHARACTER_OR_BINARY: family('CHARACTER', (type) => isCharacter(type) || isBinary(type), LogicalTypes.STRING),
  BOOLEAN: family('BOOLEAN', (type) => type.kind === 'BOOLEAN', LogicalTypes.BOOLEAN),
  SYMBOL: family('SYMBOL', (type) => type.kind === 'SYMBOL', { kind: 'SYMBOL', isNullable: true }),
  DATE: family('DATE', (type) => type.kind === 'DATE', LogicalTypes.DATE),
  DATETIME: family('DATETIME', (type) => ['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'].includes(type.kind), LogicalTypes.TIMESTAMP(3)),
  TIMESTAMP: family('TIMESTAMP', (type) => type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ', LogicalTypes.TIMESTAMP(3)),
  ARRAY: family('ARRAY', (type) => type.kind === 'ARRAY', LogicalTypes.ARRAY(LogicalTypes.STRING)),
  MAP: family('MAP', (type) => type.kind === 'MAP', LogicalTypes.MAP(LogicalTypes.STRING, LogicalTypes.STRING)),
  BITMAP: family('BITMAP', (type) => type.kind === 'BITMAP', LogicalTypes.BITMAP),
  VARIANT: family('VARIANT', (type) => type.kind === 'VARIANT', LogicalTypes.VARIANT),
} as const;

// ---- results

export const anyNullable = (types: readonly LogicalType[]): boolean => types.some((type) => type.isNullable);

export const Results = {
  /** NULL where an argument is. */
  propagated: (type: LogicalType): ResultRule => (types) => withNullability(type, anyNullable(types)),
  nullable: (type: LogicalType): ResultRule => () => nullable(type),
  notNull: (type: LogicalType): ResultRule => () => withNullability(type, false),
  /** The type of an argument; NULL where any argument is. */
  argument: (index: number): ResultRule => (types) => withNullability(types[index]!, anyNullable(types)),
  argumentNullable: (index: number): ResultRule => (types) => nullable(types[index]!),
  /** VARCHAR as long as an argument. */
  varying: (index: number): ResultRule => (types) => varying(types[index]!, anyNullable(types)),
  varyingNullable: (index: number): ResultRule => (types) => varying(types[index]!, true),
} as const;

export function varying(type: LogicalType, isNullable: boolean): LogicalType {
  if (type.kind === 'CHAR') return { kind: 'VARCHAR', length: type.length, isNullable };
  if (type.kind === 'BINARY') return { kind: 'VARBINARY', length: type.length, isNullable };
  return withNullability(type, isNullable);
}

export const refuse = (reason: string): CallMismatch => ({ supportedForms: [], reason });
