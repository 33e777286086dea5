// OverAggregate: window functions over the rows of a partition, added as columns.
import { compareRowsOf, equalRowsOf } from '#table/codegen/row-comparison';
import { compile, fieldAccess, rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { ALL_CHANGES, INSERT_ONLY, isInsertOnly, keysBehindExchange, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { aggregateSpecOf } from '#table/exec/group-aggregate-exec';
import { aggregateText, sortText } from '#table/exec/plan-text';
import type { Expression, SortKey } from '#table/expressions/expression';
import type { NamedAggregate } from '#table/logical/logical-plan';
import { createAggregateHandler } from '#table/runtime/aggregate/aggregate-handler';
import { StoredAggregation } from '#table/runtime/aggregate/stored-aggregation';
import type { OverCall, OverFrame, OverOrder } from '#table/runtime/over/over-call';
import { OverFunction, type OverOptions } from '#table/runtime/over/over-function';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, timestampUnitDigits, type RowType } from '#table/types/logical-type';

export interface OverShape {
  readonly partitionColumns: readonly number[];
  /** Keys are columns. */
  readonly orderBy: readonly SortKey[];
  readonly frame: OverFrame;
  readonly calls: readonly NamedAggregate[];
  readonly mode: OverOptions['mode'];
}

const RANKED_BY_ORDER = new Set(['RANK', 'DENSE_RANK', 'PERCENT_RANK', 'CUME_DIST']);

export class OverAggregateExec implements ExecNode {
  readonly kind = 'OverAggregate';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: OverShape;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(input: ExecNode, shape: OverShape, rowType: RowType) {
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
    this.upsertKeys = keysBehindExchange(input.upsertKeys, shape.partitionColumns);
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const { partitionColumns, orderBy, frame, calls } = this.shape;
    const bound = (part: OverFrame['lower']): string => ('offset' in part ? `${part.offset} ${part.kind}` : part.kind.replace('_', ' '));
    const partition = partitionColumns.length === 0 ? '' : `partitionBy=[${partitionColumns.map((column) => fields[column]!.name).join(', ')}], `;
    return `${partition}orderBy=[${sortText(orderBy, fields)}], window=[${frame.unit} BETWEEN ${bound(frame.lower)} AND ${bound(frame.upper)}], select=[${[...fields.map(({ name }) => name), ...calls.map(({ call, name }) => `${aggregateText(call, fields)} AS ${name}`)].join(', ')}]`;
  }

  changes(): ChangeKinds {
    return this.shape.mode === 'any-order' ? ALL_CHANGES : INSERT_ONLY;
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!)];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { partitionColumns, frame, mode, orderBy } = this.shape;
    const { transformation, key } = context.keyed(input!, partitionColumns);
    const keys = fieldKeys(input!.rowType);
    const first = orderBy[0]?.expression as (Expression & { kind: 'input' }) | undefined;
    const create = () => new OverFunction({
      rowType: rowTypeInformation(input!.rowType), calls: this.#calls(context, input!), frame, order: orderOf(input!.rowType, orderBy), equal: equalRowsOf(input!.rowType), mode,
      timeOf: first === undefined ? () => null : compile('row', fieldAccess('row', keys[first.index]!)), emit: overRow(input!.rowType, this.rowType, context.hasKind),
      emitsUpdateBefore: context.emitsUpdateBefore, ttl: context.stateTtl,
    });
    return context.oneInput(transformation, context.keyedFunction(create, [key]), partitionColumns.length === 0 ? { parallelism: 1 } : {});
  }

  #calls(context: TranslationContext, input: TranslatedInput): readonly OverCall[] {
    const { orderBy } = this.shape;
    return this.shape.calls.map(({ call }) => {
      const { name } = call.function;
      const ranked = RANKED_BY_ORDER.has(name) ? { ...call, arguments: orderBy.map((key) => key.expression) } : call;
      const spec = aggregateSpecOf(ranked, { hasRetraction: false, functions: context.functions });
      return { name, aggregation: new StoredAggregation(createAggregateHandler({ inputType: input.rowType, aggregates: [spec], hasRetraction: false, outputKeys: ['v'], keyCount: 0, hasKind: false })) };
    });
  }
}

function orderOf(type: RowType, orderBy: readonly SortKey[]): OverOrder {
  const compare = compareRowsOf(type, orderBy);
  const [key, ...more] = orderBy;
  if (key === undefined || more.length > 0) return { compare, position: undefined };
  const column = key.expression as Expression & { kind: 'input' };
  const read = compile<(row: TableRow) => number | bigint | null>('row', fieldAccess('row', fieldKeys(type)[column.index]!));
  const perMs = unitsOf(column.type);
  return { compare, position: (row) => {
    const value = read(row);
    if (value === null) return null;
    const place = Number(value) / perMs;
    return key.isAscending ? place : -place;
  } };
}

/** What a column's value is divided by to be in the unit of interval offsets (ms), or in that of numbers. */
function unitsOf(type: Expression['type']): number {
  switch (type.kind) {
    case 'TIMESTAMP': case 'TIMESTAMP_LTZ': return 10 ** (timestampUnitDigits(type.precision) - 3);
    case 'DATE': return 1 / 86_400_000;
    case 'DECIMAL': return 10 ** type.scale;
    default: return 1;
  }
}

function overRow(from: RowType, to: RowType, hasKind: boolean): (row: TableRow, values: readonly unknown[], kind: number) => TableRow {
  const own = fieldKeys(from).map((key) => fieldAccess('row', key));
  const added = to.fields.slice(from.fields.length).map((_, index) => `values[${index}]`);
  const keys = [...fieldKeys(to), ...(hasKind ? [KIND_KEY] : [])];
  return compile('row, values, kind', `(${rowLiteral(keys, [...own, ...added, ...(hasKind ? ['kind'] : [])])})`);
}
