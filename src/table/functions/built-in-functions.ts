// The registry of built-in functions and operators, by upper-case name.
import { AssertionError } from '#core/assert';
import { BASIC_AGGREGATES } from '#table/functions/basic-aggregates';
import { COLLECTING_AGGREGATES } from '#table/functions/collecting-aggregates';
import { RANKING_AGGREGATES } from '#table/functions/ranking-aggregates';
import { STATISTICS_AGGREGATES } from '#table/functions/statistics-aggregates';
import { ARITHMETIC_FUNCTIONS, CONSTANT_FUNCTIONS } from '#table/functions/arithmetic-functions';
import { COMPARISON_FUNCTIONS } from '#table/functions/comparison-functions';
import { CONSTRUCTOR_FUNCTIONS } from '#table/functions/constructor-functions';
import { DATETIME_ARITHMETIC_FUNCTIONS } from '#table/functions/datetime-arithmetic';
import { DATETIME_FIELD_FUNCTIONS } from '#table/functions/datetime-fields';
import { DATETIME_FUNCTIONS } from '#table/functions/datetime-functions';
import { BITMAP_AGGREGATES, BITMAP_FUNCTIONS } from '#table/functions/bitmap-functions';
import { COLLECTION_FUNCTIONS } from '#table/functions/collection-functions';
import { JSON_FUNCTIONS } from '#table/functions/json-functions';
import { SESSION_FUNCTIONS } from '#table/functions/session-functions';
import { TABLE_FUNCTIONS } from '#table/functions/table-functions';
import { ENCODING_FUNCTIONS } from '#table/functions/encoding-functions';
import { MATH_FUNCTIONS } from '#table/functions/math-functions';
import { MULTISET_FUNCTIONS } from '#table/functions/multiset-functions';
import { STRING_FUNCTIONS } from '#table/functions/string-functions';
import { PATTERN_FUNCTIONS } from '#table/functions/pattern-functions';
import { WATERMARK_FUNCTIONS } from '#table/functions/watermark-functions';
import type { AggregateFunctionDefinition, FunctionDefinition, ScalarFunctionDefinition, TableFunctionDefinition } from '#table/functions/function-definition';

const ALL: readonly (ScalarFunctionDefinition | AggregateFunctionDefinition | TableFunctionDefinition)[] = [
  ...COMPARISON_FUNCTIONS, ...ARITHMETIC_FUNCTIONS, ...CONSTANT_FUNCTIONS, ...CONSTRUCTOR_FUNCTIONS, ...MULTISET_FUNCTIONS, ...PATTERN_FUNCTIONS,
  ...MATH_FUNCTIONS, ...STRING_FUNCTIONS, ...ENCODING_FUNCTIONS, ...DATETIME_FIELD_FUNCTIONS, ...DATETIME_ARITHMETIC_FUNCTIONS, ...DATETIME_FUNCTIONS,
  ...COLLECTION_FUNCTIONS, ...JSON_FUNCTIONS, ...BITMAP_FUNCTIONS, ...SESSION_FUNCTIONS, ...WATERMARK_FUNCTIONS,
  ...BASIC_AGGREGATES, ...STATISTICS_AGGREGATES, ...COLLECTING_AGGREGATES, ...RANKING_AGGREGATES, ...BITMAP_AGGREGATES,
  ...TABLE_FUNCTIONS,
];

const byName = new Map<string, FunctionDefinition>();
for (const definition of ALL) for (const name of [definition.name, ...(definition.aliases ?? [])]) byName.set(name, definition);

/** Undefined where there is none. The case of the name does not matter. */
export function findBuiltInFunction(name: string): FunctionDefinition | undefined {
  return byName.get(name.toUpperCase());
}

/** A scalar function that is known to exist: operators. */
export function builtInScalar(name: string): ScalarFunctionDefinition {
  const definition = byName.get(name);
  if (definition?.kind !== 'scalar') throw new AssertionError(`there is no built-in scalar function ${name}`);
  return definition;
}

export function builtInAggregate(name: string): AggregateFunctionDefinition {
  const definition = byName.get(name);
  if (definition?.kind !== 'aggregate') throw new AssertionError(`there is no built-in aggregate function ${name}`);
  return definition;
}

/** Names that can be called, sorted; operators left out. */
export function builtInFunctionNames(): readonly string[] {
  return [...byName.keys()].filter((name) => /^[A-Z_0-9]+$/.test(name)).sort();
}
