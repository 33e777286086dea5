// A sub-query whose references to the query around it cannot be pulled up into a join condition: it is computed for every distinct
// value of the columns that it reads there (Calcite calls these values a value generator), and joined on them.
import { conjunctionOf, shiftInputs, trueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { builtInScalar } from '#table/functions/built-in-functions';
import { joinedRowType } from '#table/logical/joined-row-type';
import type { AggregateNode, CorrelateNode, JoinNode, LogicalPlan, SortNode, TableFunctionNode } from '#table/logical/logical-plan';
import { holdsOuterReference, mapOuterReferences, mapReferencesOf, outerColumnsOf, type ReferenceMap } from '#table/logical/outer-references';
import { failUnsupported, overNothing, type PulledUp } from '#table/optimizer/subquery-joins';
import { topNPerGroup } from '#table/optimizer/top-n-per-group';
import { LogicalTypes, notNull, type LogicalField, type RowType } from '#table/types/logical-type';

/** @param plan whose own sub-queries are joins already, over `left`, the query around it. */
export function decorrelate(plan: LogicalPlan, left: LogicalPlan): PulledUp {
  const columns = outerColumnsOf(plan);
  const width = plan.rowType.fields.length;
  const over = new Decorrelation(distinctColumns(left, columns), columns).over(plan);
  return { plan: over, conditions: columns.map((index, position) => sameValue(columnOf(over, width + position), { kind: 'correlated', depth: 1, index, type: left.rowType.fields[index]!.type })) };
}

class Decorrelation {
  readonly #values: LogicalPlan;
  readonly #columns: readonly number[];

  constructor(values: LogicalPlan, columns: readonly number[]) {
    this.#values = values;
    this.#columns = columns;
  }

  /** The rows of the plan for every value, which stands behind their own columns. */
  over(plan: LogicalPlan): LogicalPlan {
    if (!holdsOuterReference(plan)) return this.#columns.length === 0 ? plan : joined('INNER', plan, this.#values, trueLiteral);
    switch (plan.kind) {
      case 'project': {
        const input = this.over(plan.input);
        const at = plan.input.rowType.fields.length;
        return { ...plan, input, expressions: [...plan.expressions.map((expression) => this.#mapped(expression, at)), ...this.#valuesAt(at)], rowType: this.#widened(plan.rowType) };
      }
      case 'filter': {
        const input = this.over(plan.input);
        return { ...plan, input, condition: this.#mapped(plan.condition, plan.input.rowType.fields.length), rowType: input.rowType };
      }
      case 'aggregate': return this.#overAggregate(plan);
      case 'sort': return this.#overSort(plan);
      case 'join': return this.#overJoin(plan);
      case 'correlate': return this.#overCorrelate(plan);
      case 'table-function': return this.#overFunction(plan);
      case 'set-operation': return { ...plan, inputs: plan.inputs.map((input) => this.over(input)), rowType: this.#widened(plan.rowType) };
      case 'over': {
        const input = this.over(plan.input);
        const at = plan.input.rowType.fields.length;
        const fields = [...input.rowType.fields, ...plan.rowType.fields.slice(at)];
        const node: LogicalPlan = { ...plan, input, window: { ...plan.window, partitionBy: [...plan.window.partitionBy, ...this.#valuesAt(at)] }, rowType: { ...plan.rowType, fields } };
        return this.#valuesLast(node, at);
      }
      default: return failUnsupported(`a correlated sub-query with ${plan.kind} above the reference to the query around it`);
    }
  }

  /** Over no row an aggregate without GROUP BY has a row all the same. */
  #overAggregate(plan: AggregateNode): LogicalPlan {
    if (plan.groupWindow !== undefined) return failUnsupported('a correlated sub-query with a group window');
    const input = this.over(plan.input);
    const own = plan.groupColumns.length;
    const at = plan.input.rowType.fields.length;
    const groupColumns = [...plan.groupColumns, ...this.#columns.map((_, position) => at + position)];
    const places = this.#columns.map((_, position) => own + position);
    const fields = [...plan.rowType.fields.slice(0, own), ...this.#fields, ...plan.rowType.fields.slice(own)];
    const node: LogicalPlan = { ...plan, input, groupColumns, groupingSets: plan.groupingSets.map((set) => [...set, ...places]), rowType: { ...plan.rowType, fields } };
    const grouped = this.#valuesLast(node, own);
    return own > 0 || this.#columns.length === 0 ? grouped : this.#withEmptyGroups(grouped, plan);
  }

  #withEmptyGroups(grouped: LogicalPlan, { aggregates, rowType }: AggregateNode): LogicalPlan {
    const width = this.#columns.length;
    const own = rowType.fields.length;
    const values = this.#columns.map((_, position) => columnOf(this.#values, position));
    const all = joined('LEFT', this.#values, grouped, conjunctionOf(values.map((value, position) => sameValue(value, shifted(columnOf(grouped, own + position), width)))));
    const totals = rowType.fields.map((_, index) => overNothing(columnOf(all, width + index), aggregates[index]));
    return { kind: 'project', input: all, expressions: [...totals, ...values], rowType: this.#widened(rowType) };
  }

  #overSort(plan: SortNode): LogicalPlan {
    const input = this.over(plan.input);
    if (plan.limit === undefined && plan.offset === 0) return input;
    const keys = plan.keys.length > 0 ? plan.keys : [{ expression: columnOf(plan.input, 0), isAscending: true, isNullsFirst: true }];
    return topNPerGroup(input, this.#valuesAt(plan.input.rowType.fields.length), keys, plan);
  }

  #overJoin(plan: JoinNode): LogicalPlan {
    const { joinType } = plan;
    if (joinType === 'FULL') return failUnsupported('a correlated sub-query with a FULL JOIN above the reference to the query around it');
    const [holdsLeft, holdsRight] = [holdsOuterReference(plan.left), holdsOuterReference(plan.right)];
    // The side whose rows are all kept has the values; where both must have them they are the same.
    const isLeftWide = joinType === 'RIGHT' ? holdsLeft : joinType !== 'INNER' || holdsLeft || !holdsRight;
    const isRightWide = joinType === 'RIGHT' || holdsRight;
    const [left, right] = [isLeftWide ? this.over(plan.left) : plan.left, isRightWide ? this.over(plan.right) : plan.right];
    const [leftWidth, rightWidth] = [plan.left.rowType.fields.length, plan.right.rowType.fields.length];
    const rightAt = left.rowType.fields.length;
    const valuesAt = isLeftWide && joinType !== 'RIGHT' ? leftWidth : rightAt + rightWidth;
    const condition = shiftInputs(plan.condition, (index) => (index < leftWidth ? index : index - leftWidth + rightAt));
    const both = isLeftWide && isRightWide ? this.#columns.map((_, position) => sameValue(columnOf(left, leftWidth + position), shifted(columnOf(right, rightWidth + position), rightAt))) : [];
    const node = joined(joinType, left, right, conjunctionOf([this.#mapped(condition, valuesAt), ...both]), plan.hints);
    if (joinType === 'SEMI' || joinType === 'ANTI') return node;
    const own = [...plan.left.rowType.fields.keys(), ...plan.right.rowType.fields.map((_, index) => rightAt + index)];
    return this.#chosen(node, [...own, ...this.#columns.map((_, position) => valuesAt + position)]);
  }

  /** References of the function to the left side stay, those to the query around find the values there. */
  #overCorrelate(plan: CorrelateNode): LogicalPlan {
    const left = this.over(plan.left);
    const at = plan.left.rowType.fields.length;
    const right = mapOuterReferences(plan.right, (reference, nesting) => {
      if (reference.depth === nesting + 1) return reference;
      return reference.depth === nesting + 2 ? { ...reference, depth: nesting + 1, index: at + this.#columns.indexOf(reference.index) } : { ...reference, depth: reference.depth - 1 };
    });
    const condition = plan.condition === undefined ? undefined : this.#mapped(shiftInputs(plan.condition, (index) => (index < at ? index : index + this.#columns.length)), at);
    return this.#valuesLast({ ...plan, left, right, condition, rowType: joinedRowType(left.rowType, right.rowType, plan.joinType) }, at);
  }

  #overFunction(plan: TableFunctionNode): LogicalPlan {
    const right = mapOuterReferences(plan, (reference, nesting) => (reference.depth === nesting + 1 ? { ...reference, index: this.#columns.indexOf(reference.index) } : reference));
    return this.#valuesLast({ kind: 'correlate', joinType: 'INNER', left: this.#values, right, condition: undefined, rowType: joinedRowType(this.#values.rowType, plan.rowType, 'INNER') }, 0);
  }

  /** References to the query around become the values, which begin at a column; the query around that one is nearer now. */
  #mapped(expression: Expression, at: number): Expression {
    const map: ReferenceMap = (reference) => (reference.depth === 1 ? { kind: 'input', index: at + this.#columns.indexOf(reference.index), type: reference.type } : { ...reference, depth: reference.depth - 1 });
    return mapReferencesOf(expression, map);
  }

  get #fields(): readonly LogicalField[] {
    return this.#values.rowType.fields;
  }

  #valuesAt(at: number): readonly Expression[] {
    return this.#fields.map(({ type }, position) => ({ kind: 'input', index: at + position, type }));
  }

  #widened(rowType: RowType): RowType {
    return { ...rowType, fields: [...rowType.fields, ...this.#fields] };
  }

  /** The columns of a node in which the values begin at a column, with these behind all others. */
  #valuesLast(plan: LogicalPlan, at: number): LogicalPlan {
    const isValue = (index: number): boolean => index >= at && index < at + this.#columns.length;
    const all = [...plan.rowType.fields.keys()];
    return this.#chosen(plan, [...all.filter((index) => !isValue(index)), ...all.filter(isValue)]);
  }

  #chosen(plan: LogicalPlan, indexes: readonly number[]): LogicalPlan {
    if (indexes.length === plan.rowType.fields.length && indexes.every((index, position) => index === position)) return plan;
    return { kind: 'project', input: plan, expressions: indexes.map((index) => columnOf(plan, index)), rowType: { ...plan.rowType, fields: indexes.map((index) => plan.rowType.fields[index]!) } };
  }
}

function distinctColumns(plan: LogicalPlan, columns: readonly number[]): LogicalPlan {
  const rowType: RowType = { kind: 'ROW', isNullable: false, fields: columns.map((index) => ({ name: `$cor${index}`, type: plan.rowType.fields[index]!.type })) };
  const input: LogicalPlan = { kind: 'project', input: plan, expressions: columns.map((index) => columnOf(plan, index)), rowType };
  const groupColumns = columns.map((_, position) => position);
  return { kind: 'aggregate', input, groupColumns, groupingSets: [groupColumns], aggregates: [], groupingCalls: [], hints: [], rowType };
}

function joined(joinType: JoinNode['joinType'], left: LogicalPlan, right: LogicalPlan, condition: Expression, hints: JoinNode['hints'] = []): LogicalPlan {
  return { kind: 'join', joinType, left, right, condition, hints, rowType: joinedRowType(left.rowType, right.rowType, joinType) };
}

function sameValue(left: Expression, right: Expression): Expression {
  const name = left.type.isNullable || right.type.isNullable ? 'IS NOT DISTINCT FROM' : '=';
  return { kind: 'call', function: builtInScalar(name), arguments: [left, right], type: notNull(LogicalTypes.BOOLEAN) };
}

const columnOf = (plan: LogicalPlan, index: number): Expression => ({ kind: 'input', index, type: plan.rowType.fields[index]!.type });
const shifted = (expression: Expression, by: number): Expression => shiftInputs(expression, (index) => index + by);
