// One statement on its way from syntax tree to logical plan: the session's catalogs, functions and settings as the converters
// see them. Made per statement.
import { convertCondition, convertExpression } from '#table/expressions/convert-expression';
import type { Expression } from '#table/expressions/expression';
import type { ExpressionScope, SubqueryRequest } from '#table/expressions/expression-scope';
import { castTo } from '#table/expressions/implicit-cast';
import { reduceExpression } from '#table/expressions/reduce-expression';
import type { CatalogRegistry } from '#table/catalog/catalog-registry';
import type { CatalogTable } from '#table/catalog/catalog';
import { baseColumns, tableRowType, type ResolvedTable } from '#table/catalog/resolved-table';
import { findBuiltInFunction } from '#table/functions/built-in-functions';
import { unnest, unnestWithOrdinality } from '#table/functions/planner-table-functions';
import type { FunctionContext, FunctionDefinition, TableFunctionDefinition } from '#table/functions/function-definition';
import type { ProcessTableFunctionDefinition } from '#table/functions/process-table-definition';
import type { TableAggregateFunctionDefinition } from '#table/functions/table-aggregate-definition';
import type { LogicalPlan, ScanNode } from '#table/logical/logical-plan';
import type { Expression as ExpressionNode } from '#table/parser/ast-expression';
import type { Identifier, ObjectPath, Span } from '#table/parser/ast-node';
import type { Query } from '#table/parser/ast-query';
import { parseStatement } from '#table/parser/parser';
import { leastRestrictiveType } from '#table/types/least-restrictive-type';
import { LogicalTypes, notNull, nullable, withNullability, type RowType } from '#table/types/logical-type';
import { castInput, projected } from '#table/validator/plan-parts';
import { convertQuery } from '#table/validator/query-converter';
import type { NameExpansion } from '#table/validator/name-expansion';
import type { QueryScope } from '#table/validator/query-scope';
import { failAt } from '#table/validator/validation-error';
import type { ExpressionOptions, ValidatorContext } from '#table/validator/validator-context';

export interface ValidatorSession {
  readonly catalogs: CatalogRegistry;
  readonly functions: FunctionContext;
  readonly isBatch: boolean;
  /** Modules that functions are looked up in; `core` alone where left out. */
  readonly modules?: { readonly used: readonly string[] };
  /** `table.…` settings as text. */
  option(key: string): string | undefined;
}

const CONDITIONS = new Set(['WHERE', 'DEFINE', 'ON', 'HAVING', 'QUALIFY']);
const VIEW_DEPTH_MAX = 64;

export class StatementValidator implements ValidatorContext {
  readonly text: string;
  readonly isBatch: boolean;
  readonly timeZone: string;
  readonly #session: ValidatorSession;
  readonly expansion: NameExpansion | undefined;
  readonly #viewDepth: number;

  /** @param options.viewDepth views around this one. @param options.expansion told of the names that are resolved. */
  constructor(text: string, session: ValidatorSession, options: { readonly viewDepth?: number; readonly expansion?: NameExpansion } = {}) {
    this.text = text;
    this.#session = session;
    this.isBatch = session.isBatch;
    this.timeZone = session.functions.localTimeZone;
    this.#viewDepth = options.viewDepth ?? 0;
    this.expansion = options.expansion;
  }

  query(query: Query, outer?: QueryScope): LogicalPlan {
    return convertQuery(query, this, outer);
  }

  expression(node: ExpressionNode, scope: QueryScope, options: ExpressionOptions): Expression {
    const { clause = 'SELECT' } = options;
    const expressionScope = this.#scopeOf(scope, clause, options);
    return CONDITIONS.has(clause) ? convertCondition(node, expressionScope) : convertExpression(node, expressionScope);
  }

  reduce(expression: Expression): Expression {
    return reduceExpression(expression, this.#session.functions);
  }

  hasModule(name: string): boolean {
    return this.#session.modules?.used.includes(name) === true;
  }

  findTableFunction(parts: readonly string[]): TableFunctionDefinition | undefined {
    if (parts[0] === unnest.name) return unnest;
    if (parts[0] === unnestWithOrdinality.name) return unnestWithOrdinality;
    const found = this.#findFunction(parts);
    return found?.kind === 'table' ? found : undefined;
  }

  findProcessTableFunction(parts: readonly string[]): ProcessTableFunctionDefinition | undefined {
    const found = this.#findFunction(parts);
    return found?.kind === 'process-table' ? found : undefined;
  }

  findTableAggregateFunction(parts: readonly string[]): TableAggregateFunctionDefinition | undefined {
    const found = this.#findFunction(parts);
    return found?.kind === 'table-aggregate' ? found : undefined;
  }

  isAggregateFunction(parts: readonly string[]): boolean {
    const found = this.#findFunction(parts);
    return found?.kind === 'aggregate' && found.isOverOnly !== true;
  }

  tableOf(path: ObjectPath, scope: QueryScope, options: Readonly<Record<string, string>>): LogicalPlan {
    const parts = path.parts.map(({ name }) => name);
    const common = parts.length === 1 ? scope.findCommonTable(parts[0]!) : undefined;
    if (common !== undefined) return common.plan;
    const { catalogs } = this.#session;
    const id = catalogs.qualify(parts);
    const found = catalogs.getTable(id);
    if (found === undefined) return failAt(this.text, path.span, `Object '${parts.at(-1)!}' not found${parts.length > 1 ? ` within '${parts.slice(0, -1).join('.')}'` : ''}`);
    this.expansion?.table(path.span, id);
    return this.#planOf(found, path.span, options);
  }

  /** A table's rows: what the source delivers, then computed columns, then its watermark. */
  scanOf(table: ResolvedTable, options: Readonly<Record<string, string>> = {}): LogicalPlan {
    const { schema } = table;
    const base = baseColumns(schema);
    const fields = base.map(({ name, type }) => ({ name, type }));
    const scan: ScanNode = { kind: 'scan', table, optionHints: options, rowType: { kind: 'ROW', isNullable: false, fields } };
    let plan: LogicalPlan = scan;
    if (schema.columns.length !== base.length) {
      plan = projected(scan, schema.columns.map((column) => ({
        name: column.name,
        expression: column.kind === 'computed' ? column.expression : { kind: 'input', index: base.indexOf(column), type: column.type },
      })));
    }
    if (schema.watermark === undefined || this.isBatch) return { ...plan, rowType: tableRowType(schema) } as LogicalPlan;
    const { column, expression } = schema.watermark;
    return { kind: 'watermark', input: plan, timeColumn: schema.columns.findIndex(({ name }) => name === column), expression, rowType: tableRowType(schema) };
  }

  #planOf(found: CatalogTable, span: Span, options: Readonly<Record<string, string>>): LogicalPlan {
    if (found.kind === 'table') return this.scanOf(found.table, options);
    if (this.#viewDepth >= VIEW_DEPTH_MAX) failAt(this.text, span, `views are nested more than ${VIEW_DEPTH_MAX} deep`);
    if (found.plan !== undefined) return castNames(found.plan, found.rowType.fields.map(({ name }) => name));
    const statement = parseStatement(found.expandedQuery);
    if (statement.kind !== 'query') return failAt(this.text, span, 'the view does not hold a query');
    const plan = new StatementValidator(found.expandedQuery, this.#session, { viewDepth: this.#viewDepth + 1 }).query(statement);
    return castNames(plan, found.rowType.fields.map(({ name }) => name));
  }

  #findFunction(parts: readonly string[]): FunctionDefinition | undefined {
    return (parts.length === 1 ? findBuiltInFunction(parts[0]!) : undefined) ?? this.#session.catalogs.getFunction(parts)?.definition;
  }

  #scopeOf(scope: QueryScope, clause: string, options: ExpressionOptions): ExpressionScope {
    return {
      statement: this.text,
      functionContext: this.#session.functions,
      clause,
      allowsAggregates: options.allowsAggregates ?? false,
      allowsOver: options.allowsOver ?? false,
      resolveColumn: (path, span) => this.#resolveColumn(scope, path, span),
      columnNames: () => scope.relations.flatMap(({ columns }) => columns.map(({ name }) => name)),
      findFunction: (parts) => this.#session.catalogs.getFunction(parts)?.definition,
      functionNames: () => this.#session.catalogs.listFunctions(),
      convertSubquery: (request) => this.#convertSubquery(request, scope),
      findWindow: (name) => options.windows?.get(name.name),
      ...(options.convertCall === undefined ? {} : { convertCall: options.convertCall }),
      ...(options.substitute === undefined ? {} : { substitute: options.substitute }),
    };
  }

  #resolveColumn(scope: QueryScope, path: readonly Identifier[], span: Span): { readonly expression: Expression; readonly partCount: number } | undefined {
    const resolution = scope.resolve(path.map(({ name }) => name));
    if (resolution.kind === 'ambiguous') return failAt(this.text, span, `Column '${path.map(({ name }) => name).join('.')}' is ambiguous`);
    if (resolution.kind === 'unknown') {
      if (!resolution.isTableKnown) failAt(this.text, span, `Table '${path.slice(0, -1).map(({ name }) => name).join('.')}' not found`);
      return undefined;
    }
    return { expression: resolution.expression, partCount: path.length - resolution.rest.length };
  }

  #convertSubquery(request: SubqueryRequest, scope: QueryScope): Expression {
    const plan = convertQuery(request.query, this, scope);
    const types = plan.rowType.fields.map(({ type }) => type);
    const { form, operands } = request;
    if (form === 'ARRAY' || form === 'MULTISET' || form === 'MAP') return failAt(this.text, request.span, `${form} of a query is not supported`);
    if (form === 'SCALAR' && types.length !== 1) return failAt(this.text, request.span, `Cannot apply '$SCALAR_QUERY' to a query of ${types.length} columns: a scalar sub-query has one`);
    if (form !== 'SCALAR' && form !== 'EXISTS' && operands.length !== types.length) return failAt(this.text, request.span, `the left side has ${operands.length} values, the sub-query ${types.length} columns`);
    if (form === 'IN' || form === 'SOME' || form === 'ALL') return this.#compared({ ...request, form }, plan);
    return { kind: 'subquery', form, operands, plan, type: form === 'SCALAR' ? nullable(types[0]!) : notNull(LogicalTypes.BOOLEAN) };
  }

  /** Both sides as values of one type. */
  #compared({ form, operands, operator, span }: SubqueryRequest & { readonly form: 'IN' | 'SOME' | 'ALL' }, plan: LogicalPlan): Expression {
    const { fields } = plan.rowType;
    const types = fields.map(({ type }, index) => leastRestrictiveType([operands[index]!.type, type]) ?? failAt(this.text, span, `Values passed to ${form} operator must have compatible types`));
    const rowType: RowType = { ...plan.rowType, fields: fields.map(({ name, type }, index) => ({ name, type: withNullability(types[index]!, type.isNullable) })) };
    const cast = operands.map((operand, index) => castTo(operand, withNullability(types[index]!, operand.type.isNullable), this.timeZone));
    return { kind: 'subquery', form, operands: cast, plan: castInput(plan, rowType, this.timeZone), type: LogicalTypes.BOOLEAN, ...(operator === undefined ? {} : { operator }) };
  }
}

/** A view's columns keep the names that it was created with. */
function castNames(plan: LogicalPlan, names: readonly string[]): LogicalPlan {
  if (plan.rowType.fields.every(({ name }, index) => name === names[index])) return plan;
  return projected(plan, plan.rowType.fields.map((field, index) => ({ name: names[index]!, expression: { kind: 'input', index, type: field.type } })));
}

