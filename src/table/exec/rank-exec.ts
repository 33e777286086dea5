// Rank: the rows ranked [start, end] per partition, with or without the rank as last column.
import { equalRowsOf, compareRowsOf } from '#table/codegen/row-comparison';
import { rowOrderOf } from '#table/codegen/row-order';
import { compile, fieldAccess, projectionOf, rowLiteral } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import { ALL_CHANGES, INSERT_ONLY, isInsertOnly, keysBehindExchange, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { sortText } from '#table/exec/plan-text';
import type { Expression, SortKey } from '#table/expressions/expression';
import { UpsertRankFunction } from '#table/runtime/rank/upsert-rank-function';
import { BatchRankFunction } from '#table/runtime/rank/batch-rank-function';
import { BestRowFunction } from '#table/runtime/rank/best-row-function';
import { RankFunction } from '#table/runtime/rank/rank-function';
import { KIND_KEY, type TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

export interface RankShape {
  readonly ranking: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK';
  readonly partitionColumns: readonly number[];
  readonly orderBy: readonly SortKey[];
  readonly start: number;
  readonly end: number;
  readonly hasRank: boolean;
  readonly isBatch: boolean;
  /** Rows are replaced by this key of the input and only move up: no -U is wanted, and no rows beyond the end are kept. */
  readonly updateKey?: readonly number[] | undefined;
}

/** The first row alone: a better one replaces it, where rows that only come take turns at one place. */
const isFirstOnly = ({ start, end }: RankShape): boolean => start === 1 && end === 1;

export class RankExec implements ExecNode {
  readonly kind: 'Rank' | 'SortLimit' | 'Limit' | 'Sort';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly shape: RankShape;
  readonly upsertKeys: readonly (readonly number[])[];

  /** @param rowType the input's columns, and the rank where it is one. */
  constructor(input: ExecNode, shape: RankShape, rowType: RowType, kind: RankExec['kind'] = 'Rank') {
    this.kind = kind;
    this.inputs = [input];
    this.shape = shape;
    this.rowType = rowType;
    const byRank = shape.hasRank && shape.ranking === 'ROW_NUMBER' ? [[...shape.partitionColumns, rowType.fields.length - 1]] : [];
    const single = shape.start === 1 && shape.end === 1 && shape.ranking === 'ROW_NUMBER' ? [shape.partitionColumns] : [];
    this.upsertKeys = [...single, ...byRank, ...keysBehindExchange(input.upsertKeys, shape.partitionColumns)];
  }

  get description(): string {
    const { fields } = this.inputs[0]!.rowType;
    const { ranking, start, end, partitionColumns, orderBy } = this.shape;
    if (this.kind !== 'Rank') return sortDescription(this);
    const select = this.rowType.fields.map(({ name }) => name).join(', ');
    return `${this.shape.isBatch ? '' : `strategy=[${this.shape.updateKey === undefined ? '' : `UpdateFastStrategy[${this.shape.updateKey.join(',')}]`}], `}rankType=[${ranking}], rankRange=[rankStart=${start}, rankEnd=${end}], partitionBy=[${partitionColumns.map((column) => fields[column]!.name).join(', ')}], orderBy=[${sortText(orderBy, fields)}], select=[${select}]`;
  }

  changes([input]: readonly ChangeKinds[]): ChangeKinds {
    if (this.shape.isBatch) return INSERT_ONLY;
    if (this.shape.updateKey !== undefined) return ALL_CHANGES;
    return this.shape.hasRank || this.shape.start > 1 || (isFirstOnly(this.shape) && isInsertOnly(input!)) ? ALL_CHANGES : { updates: false, deletes: true };
  }

  needsUpdateBefore(_isRequired: boolean, inputs: readonly ChangeKinds[]): readonly boolean[] {
    return [!isInsertOnly(inputs[0]!) && this.shape.updateKey === undefined];
  }

  translate(context: TranslationContext, [input]: readonly TranslatedInput[]): TranslatedNode {
    const { partitionColumns, orderBy, start, end, hasRank, isBatch, ranking } = this.shape;
    const { transformation, key } = context.keyedInPlace(input!, partitionColumns);
    const placement = partitionColumns.length === 0 ? { parallelism: 1 } : {};
    const { updateKey } = this.shape;
    const same = { rowType: rowTypeInformation(input!.rowType), compare: compareRowsOf(input!.rowType, orderBy), start, end };
    if (updateKey !== undefined) {
      const isSame = equalRowsOf(input!.rowType, updateKey);
      return context.oneInput(transformation, context.keyedFunction(() => new UpsertRankFunction({
        ...same, isSame, hasRank, emitsUpdateBefore: context.emitsUpdateBefore, ttl: context.stateTtl, emit: rankedRow(input!.rowType, this.rowType, { hasRank, hasKind: context.hasKind }),
      }), [key]), placement);
    }
    if (isFirstOnly(this.shape) && !isBatch && isInsertOnly(input!.changes) && !context.emitsUpdateBefore) {
      const orderColumns = [...new Set(orderBy.map(({ expression }) => (expression as Expression & { kind: 'input' }).index))];
      // The comparison reads columns by the names that they have in the row.
      const orderType = { fields: orderColumns.map((column) => ({ ...input!.rowType.fields[column]!, name: fieldKeys(input!.rowType)[column]! })) };
      return context.oneInput(transformation, context.keyedFunction(() => new BestRowFunction({
        compare: same.compare, orderType: rowTypeInformation(orderType), orderOf: projectionOf(input!.rowType, orderColumns, orderType), ttl: context.stateTtl,
        emit: rankedRow(input!.rowType, this.rowType, { hasRank, hasKind: context.hasKind }),
      }), [key]), placement);
    }
    const emit = rankedRow(input!.rowType, this.rowType, { hasRank, hasKind: context.hasKind });
    const create = () => (isBatch ? new BatchRankFunction({ ...same, ranking, emit }) : new RankFunction({
      ...same, equal: equalRowsOf(input!.rowType), order: rowOrderOf(input!.rowType, orderBy), hasRetraction: !isInsertOnly(input!.changes), hasRank, emitsUpdateBefore: context.emitsUpdateBefore, ttl: context.stateTtl, emit,
    }));
    return context.oneInput(transformation, context.keyedFunction(create, [key]), placement);
  }
}

function sortDescription({ kind, inputs, shape }: RankExec): string {
  const order = shape.orderBy.length === 0 ? [] : [`orderBy=[${sortText(shape.orderBy, inputs[0]!.rowType.fields)}]`];
  const range = kind === 'Sort' ? [] : [`offset=[${shape.start - 1}]`, `fetch=[${shape.end === Number.POSITIVE_INFINITY ? 'unlimited' : shape.end - shape.start + 1}]`];
  return [...order, ...range].join(', ');
}

export function rankedRow(from: RowType, to: RowType, options: { readonly hasRank: boolean; readonly hasKind: boolean }): (row: TableRow, kind: number, rank: number) => TableRow {
  const keys = [...fieldKeys(to), ...(options.hasKind ? [KIND_KEY] : [])];
  const values = [...fieldKeys(from).map((key) => fieldAccess('row', key)), ...(options.hasRank ? ['rank'] : []), ...(options.hasKind ? ['kind'] : [])];
  return compile('row, kind, rank', `(${rowLiteral(keys, values)})`);
}
