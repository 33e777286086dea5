// Runs one scalar case of the conformance data: parse, convert, fold, generate, run; compares value, text and type.
import { EngineError } from '#core/errors/engine-error';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import type { Expression } from '#table/expressions/expression';
import type { ExpressionScope } from '#table/expressions/expression-scope';
import { convertExpression } from '#table/expressions/convert-expression';
import { ExpressionInterpreter } from '#table/expressions/expression-interpreter';
import { reduceExpression } from '#table/expressions/reduce-expression';
import type { FunctionContext } from '#table/functions/function-definition';
import { parseDataType, parseExpression } from '#table/parser/parser';
import { canCastExplicitly } from '#table/types/cast-support';
import { convertDataType, expressionIntervalType } from '#table/types/data-type-conversion';
import { LogicalTypes, type LogicalType } from '#table/types/logical-type';
import { serializableTypeText } from '#table/types/type-text';
import { castImplementation } from '#table/values/cast-value';
import { readValue, writeValue } from './conformance-value.js';

export interface ScalarCase {
  readonly id: string;
  readonly kind: 'scalar';
  readonly source: string;
  readonly expr: string;
  readonly fields?: readonly { readonly name: string; readonly type: string; readonly value: unknown }[];
  readonly config?: Readonly<Record<string, string>>;
  readonly expected?: { readonly value?: unknown; readonly string?: string | null; readonly type: string };
  readonly error?: { readonly phase: string; readonly message: string; readonly internal?: boolean };
  readonly nondeterministic?: boolean;
  readonly nullInNotNull?: boolean;
}

/** What was got; `failure` is the message of the error in place of all others. */
export interface ScalarAnswer {
  readonly failure?: string;
  readonly isCrash?: boolean;
  readonly value?: unknown;
  readonly string?: string | null | undefined;
  readonly type?: string;
  /** What the interpreter says where it differs from generated code. */
  readonly twin?: unknown;
}

export function contextOf(config: Readonly<Record<string, string>> = {}): FunctionContext {
  return {
    localTimeZone: config['table.local-time-zone'] ?? 'UTC',
    now: () => 1583650800123,
    queryStartMs: 1583650800123,
    isBatch: false,
    random: () => 0.25,
    configuration: new Map(Object.entries(config)),
  };
}

export function typeOfText(text: string): LogicalType {
  return convertDataType(parseDataType(text), { fail: (message) => { throw new Error(message); } });
}

export function scopeOf(statement: string, fields: readonly { readonly name: string; readonly type: LogicalType }[], context: FunctionContext): ExpressionScope {
  return {
    statement,
    functionContext: context,
    clause: 'SELECT',
    allowsAggregates: false,
    allowsOver: false,
    columnNames: () => fields.map((field) => field.name),
    resolveColumn: (path) => {
      const index = fields.findIndex((field) => field.name === path[0]!.name);
      return index < 0 ? undefined : { expression: { kind: 'input', index, type: fields[index]!.type }, partCount: 1 };
    },
  };
}

/** Evaluates by generated code. */
export function runGenerated(expression: Expression, row: readonly unknown[], context: FunctionContext): unknown {
  const codegen = new ExpressionCodegen(context);
  const { statements, value } = codegen.generate(expression, (index) => `row[${index}]`);
  const names = [...codegen.constants.keys()];
  const run = new Function(...names, `return (row) => {\n${statements}\nreturn ${value};\n};`)(...codegen.constants.values()) as (row: readonly unknown[]) => unknown;
  return run(row);
}

export function answerOf(test: ScalarCase): ScalarAnswer {
  try {
    return answer(test);
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    return { failure: message, isCrash: !(failure instanceof EngineError) };
  }
}

function answer(test: ScalarCase): ScalarAnswer {
  const context = contextOf(test.config);
  const fields = (test.fields ?? []).map((field) => ({ name: field.name, type: expressionIntervalType(typeOfText(field.type)), value: field.value }));
  const converted = convertExpression(parseExpression(test.expr), scopeOf(test.expr, fields, context));
  if (converted.type.kind === 'NULL') throw new EngineError('SQL_VALIDATION', "Illegal use of 'NULL'");
  const row = fields.map((field) => (new RegExp(`\\b${field.name}\\b`, 'i').test(test.expr) ? readValue(field.type, field.value, context.localTimeZone) : null));
  const value = runGenerated(reduceExpression(converted, context), row, context);
  const isTwin = test.nondeterministic !== true;
  const twin = isTwin ? writeValue(converted.type, new ExpressionInterpreter(context).evaluate(converted, row)) : undefined;
  const written = writeValue(converted.type, value);
  return {
    value: written,
    type: serializableTypeText(converted.type),
    string: value === null ? null : canCastExplicitly(converted.type, LogicalTypes.STRING) ? (castImplementation(converted.type, LogicalTypes.STRING, context.localTimeZone)(value) as string) : undefined,
    ...(isTwin && JSON.stringify(twin) !== JSON.stringify(written) ? { twin } : {}),
  };
}

export type Verdict = 'value' | 'string' | 'type' | 'error' | 'twin';

/** In what the answer differs from Flink's. */
export function differencesOf(test: ScalarCase, got: ScalarAnswer): readonly Verdict[] {
  if (test.error !== undefined) return got.failure !== undefined && got.isCrash !== true ? [] : test.error.internal === true && got.isCrash !== true ? [] : ['error'];
  const { expected } = test;
  if (got.failure !== undefined) return ['value', ...(expected!.string === undefined ? [] : ['string' as const]), 'type'];
  const different: Verdict[] = [];
  if (got.twin !== undefined) different.push('twin');
  const isTypeOnly = test.nondeterministic === true && typeof expected!.value !== 'boolean';
  if (!isTypeOnly && !sameJson(got.value, expected!.value ?? null)) different.push('value');
  if (test.nondeterministic !== true && expected!.string !== undefined && got.string !== expected!.string) different.push('string');
  if (got.type !== expected!.type) different.push('type');
  return different;
}

/** Doubles within 2 units of the last place. */
function sameJson(got: unknown, expected: unknown): boolean {
  if (typeof got === 'number' && typeof expected === 'number') return got === expected || Math.abs(got - expected) <= 2 * Number.EPSILON * Math.abs(expected);
  if (typeof got === 'number' && typeof expected === 'string') return String(got) === expected;
  if (Array.isArray(got) && Array.isArray(expected)) {
    if (got.length !== expected.length) return false;
    return got.every((element, index) => sameJson(element, expected[index]));
  }
  return got === expected;
}
