// JSON functions with clauses as calls: what the clauses say becomes literal operands.
import { builtInAggregate, builtInScalar } from '#table/functions/built-in-functions';
import type { Expression } from '#table/expressions/expression';
import { failAt, type ExpressionScope } from '#table/expressions/expression-scope';
import { castTo } from '#table/expressions/implicit-cast';
import { nullLiteral, symbolLiteral } from '#table/expressions/literal-conversion';
import { callOf, refuseCall, shapeOf } from '#table/expressions/operator-conversion';
import { isMismatch } from '#table/functions/function-definition';
import type * as ast from '#table/parser/ast-expression';
import type * as json from '#table/parser/ast-json';
import { convertDataType } from '#table/types/data-type-conversion';
import { LogicalTypes, nullable, type LogicalType } from '#table/types/logical-type';
import { isCharacter } from '#table/types/type-families';

type Convert = (node: ast.Expression, scope: ExpressionScope) => Expression;
type JsonCall = json.JsonExists | json.JsonValue | json.JsonQuery | json.JsonObject | json.JsonArray;

export function convertJson(node: JsonCall, scope: ExpressionScope, convert: Convert): Expression {
  switch (node.kind) {
    case 'json-exists': return callOf(builtInScalar('JSON_EXISTS'), [convert(node.input, scope), convert(node.path, scope), symbolLiteral(node.onError?.behavior ?? 'FALSE')], scope, node.span);
    case 'json-value': return jsonValue(node, scope, convert);
    case 'json-query': return jsonQuery(node, scope, convert);
    case 'json-object': return node.isAggregate ? jsonAggregate(node, scope, convert) : jsonObject(node, scope, convert);
    case 'json-array': return node.isAggregate ? jsonAggregate(node, scope, convert) : jsonArray(node, scope, convert);
  }
}

function returningType(type: json.JsonValue['returning'], scope: ExpressionScope): LogicalType {
  return type === undefined ? LogicalTypes.STRING : nullable(convertDataType(type, { fail: (message, span) => failAt(scope, message, span) }));
}

/** Symbol of the behaviour and, for DEFAULT, the value cast to the type. */
function behaviour(clause: json.JsonErrorBehavior | undefined, type: LogicalType, scope: ExpressionScope, convert: Convert): readonly [Expression, Expression] {
  if (clause?.behavior !== 'DEFAULT') return [symbolLiteral(clause?.behavior ?? 'NULL'), nullLiteral(type)];
  return [symbolLiteral('DEFAULT'), castTo(convert(clause.value, scope), type, scope.functionContext.localTimeZone)];
}

function jsonValue(node: json.JsonValue, scope: ExpressionScope, convert: Convert): Expression {
  const type = returningType(node.returning, scope);
  const [onEmpty, emptyValue] = behaviour(node.onEmpty, type, scope, convert);
  const [onError, errorValue] = behaviour(node.onError, type, scope, convert);
  const operands = [convert(node.input, scope), convert(node.path, scope), onEmpty, emptyValue, onError, errorValue];
  return callOf(builtInScalar('JSON_VALUE'), operands, scope, node.span);
}

function jsonQuery(node: json.JsonQuery, scope: ExpressionScope, convert: Convert): Expression {
  const type = returningType(node.returning, scope);
  const operands = [
    convert(node.input, scope), convert(node.path, scope), symbolLiteral(node.wrapper ?? 'WITHOUT'), symbolLiteral(node.onEmpty?.behavior ?? 'NULL'), symbolLiteral(node.onError?.behavior ?? 'NULL'), nullLiteral(type),
  ];
  return callOf(builtInScalar('JSON_QUERY'), operands, scope, node.span);
}

/** A value that is JSON already: the result of a JSON constructor, of JSON(…), or one marked FORMAT JSON. */
function rawFlag(value: Expression, isMarked: boolean): Expression {
  const isRaw = isMarked || (value.kind === 'call' && ['JSON_OBJECT', 'JSON_ARRAY', 'JSON'].includes(value.function.name));
  return symbolLiteral(isRaw ? 'JSON' : 'VALUE');
}

function convertJsonValue(node: ast.Expression, scope: ExpressionScope, convert: Convert): Expression {
  if (node.kind === 'call' && node.function.parts.length === 1 && node.function.parts[0]!.name.toUpperCase() === 'JSON' && node.arguments.length === 1) {
    return callOf(builtInScalar('JSON'), [convert(node.arguments[0] as ast.Expression, scope)], scope, node.span);
  }
  const value = convert(node, scope);
  if (value.type.kind === 'NULL') failAt(scope, 'Type is not supported: NULL', node.span, 'Give it a type: CAST(NULL AS STRING).');
  return value;
}

function jsonObject(node: json.JsonObject, scope: ExpressionScope, convert: Convert): Expression {
  const operands = node.entries.flatMap((entry) => {
    const key = convert(entry.key, scope);
    if (!isCharacter(key.type)) failAt(scope, 'Expected a character type as the key of JSON_OBJECT', entry.key.span);
    const value = convertJsonValue(entry.value, scope, convert);
    return [key, value, rawFlag(value, entry.isJson)];
  });
  return callOf(builtInScalar('JSON_OBJECT'), [symbolLiteral(node.onNull ?? 'NULL ON NULL'), ...operands], scope, node.span);
}

function jsonArray(node: json.JsonArray, scope: ExpressionScope, convert: Convert): Expression {
  const operands = node.elements.flatMap((element) => {
    const value = convertJsonValue(element.value, scope, convert);
    return [value, rawFlag(value, element.isJson)];
  });
  return callOf(builtInScalar('JSON_ARRAY'), [symbolLiteral(node.onNull ?? 'ABSENT ON NULL'), ...operands], scope, node.span);
}

/** JSON_OBJECTAGG(key, value) and JSON_ARRAYAGG(value). */
function jsonAggregate(node: json.JsonObject | json.JsonArray, scope: ExpressionScope, convert: Convert): Expression {
  if (!scope.allowsAggregates) return failAt(scope, `Aggregate expression is illegal in ${scope.clause} clause`, node.span);
  const inner: ExpressionScope = { ...scope, allowsAggregates: false, allowsOver: false };
  const isObject = node.kind === 'json-object';
  const written = isObject ? [node.entries[0]!.key, node.entries[0]!.value] : [node.elements[0]!.value];
  const onNull = symbolLiteral(node.onNull ?? (isObject ? 'NULL ON NULL' : 'ABSENT ON NULL'));
  const operands = [...written.map((operand) => convert(operand, inner)), onNull];
  const definition = builtInAggregate(isObject ? 'JSON_OBJECTAGG' : 'JSON_ARRAYAGG');
  const signature = definition.inferTypes(shapeOf(operands));
  if (isMismatch(signature)) return refuseCall(signature, definition.name, operands, scope, node.span);
  const filter = node.filter === undefined ? undefined : convert(node.filter, inner);
  return { kind: 'aggregate', call: { function: definition, arguments: operands, isDistinct: false, filter, orderBy: [] }, type: signature.resultType };
}
