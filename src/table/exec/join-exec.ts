// Join: regular join of two changelogs, keyed by its equalities.
import { ALL_CHANGES, eitherKinds, INSERT_ONLY, isInsertOnly, keysBehindExchange, type ChangeKinds, type ExecNode, type TranslatedInput, type TranslatedNode, type TranslationContext } from '#table/exec/exec-node';
import { expressionText, stateTtlText } from '#table/exec/plan-text';
import type { StateTtlConfig } from '#state/keyed/keyed-state';
import { comparedColumns, conjunctsOf, conjunctionOf, isTrueLiteral } from '#table/expressions/conditions';
import type { Expression } from '#table/expressions/expression';
import { ExpressionCodegen } from '#table/expressions/expression-codegen';
import { joinedViewOf } from '#table/codegen/joined-view';
import { compile, fieldAccess, joinedRowOf, keySpecificationOf, rekindOf } from '#table/codegen/row-code';
import { rowTypeInformation } from '#table/codegen/type-information-of';
import type { JoinType } from '#table/logical/logical-plan';
import { JoinFunction } from '#table/runtime/join/join-function';
import type { JoinSideShape } from '#table/runtime/join/join-rows';
import type { TableRow } from '#table/runtime/row-kind';
import { fieldKeys, type RowType } from '#table/types/logical-type';

/** Equalities of a left and a right column, and the rest of a condition. */
export interface JoinKeys {
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** By position: NULL meets NULL (IS NOT DISTINCT FROM). */
  readonly isNullSafe: readonly boolean[];
  readonly rest: Expression;
}

export class JoinExec implements ExecNode {
  readonly kind = 'Join';
  readonly inputs: readonly ExecNode[];
  readonly rowType: RowType;
  readonly joinType: JoinType;
  readonly keys: JoinKeys;
  readonly isBatch: boolean;
  readonly stateTtlHints: readonly (string | undefined)[] | undefined;
  readonly upsertKeys: readonly (readonly number[])[];

  constructor(left: ExecNode, right: ExecNode, joinType: JoinType, keys: JoinKeys, rowType: RowType, options: { readonly isBatch: boolean; readonly stateTtl?: readonly (string | undefined)[] | undefined }) {
    this.inputs = [left, right];
    this.stateTtlHints = options.stateTtl;
    this.joinType = joinType;
    this.keys = keys;
    this.rowType = rowType;
    this.isBatch = options.isBatch;
    this.upsertKeys = joinUpsertKeys(left, right, joinType, keys);
  }

  get description(): string {
    const [left, right] = [this.inputs[0]!, this.inputs[1]!];
    const spec = (node: ExecNode, keys: readonly number[]): string => ({ unique: 'JoinKeyContainsUniqueKey', 'by-key': 'HasUniqueKey', list: 'NoUniqueKey', bag: 'NoUniqueKey' })[formOf(node, keys, INSERT_ONLY, true)];
    return `${joinText(this.joinType, this.keys, left.rowType, right.rowType, this.rowType)}, leftInputSpec=[${spec(left, this.keys.left)}], rightInputSpec=[${spec(right, this.keys.right)}]${stateTtlText(this.stateTtlHints, ['LEFT', 'RIGHT'])}`;
  }

  changes(inputs: readonly ChangeKinds[]): ChangeKinds {
    const either = eitherKinds(inputs);
    if (this.isBatch) return INSERT_ONLY;
    switch (this.joinType) {
      case 'INNER': return either;
      case 'SEMI': return isInsertOnly(either) ? INSERT_ONLY : isInsertOnly(inputs[1]!) ? either : ALL_CHANGES;
      default: return isInsertOnly(either) ? { updates: false, deletes: true } : ALL_CHANGES;
    }
  }

  /** An upsert by a key that the join key holds replaces exactly the row it means; otherwise -U must take the old one away. */
  needsUpdateBefore(isRequired: boolean): readonly boolean[] {
    if (isRequired) return [true, true];
    const isInner = this.joinType === 'INNER' || this.joinType === 'LEFT' || this.joinType === 'RIGHT';
    return [!(isInner && holdsKey(this.inputs[0]!, this.keys.left)), !(isInner && holdsKey(this.inputs[1]!, this.keys.right))];
  }

  /** Each side has one row per join key, and nothing but the key is compared. */
  acceptsDeleteByKey(isAccepted: boolean): readonly boolean[] {
    const isByKey = isAccepted && this.joinType === 'INNER' && isTrueLiteral(this.keys.rest) && holdsKey(this.inputs[0]!, this.keys.left) && holdsKey(this.inputs[1]!, this.keys.right);
    return [isByKey, isByKey];
  }

  translate(context: TranslationContext, [left, right]: readonly TranslatedInput[]): TranslatedNode {
    const [first, second] = context.keyedPair([left!, right!], this.keys);
    const { joinType } = this;
    const isHalf = joinType === 'SEMI' || joinType === 'ANTI';
    const counted = { left: joinType === 'LEFT' || joinType === 'FULL' || isHalf, right: joinType === 'RIGHT' || joinType === 'FULL' };
    const create = () => new JoinFunction({
      joinType, isBatch: this.isBatch, hasKind: [left!.hasKind, right!.hasKind],
      left: sideShape(left!, this.keys.left, counted.left, this.isBatch, context.stateTtlOf(0)), right: sideShape(right!, this.keys.right, counted.right, this.isBatch, context.stateTtlOf(1)),
      condition: isTrueLiteral(this.keys.rest) ? undefined : joinCondition(this.keys.rest, left!.rowType, right!.rowType, context),
      hasNullKey: [nullKeyTest(left!.rowType, this.keys.left, this.keys.isNullSafe), nullKeyTest(right!.rowType, this.keys.right, this.keys.isNullSafe)],
      joinInPlace: joinType === 'INNER' ? joinedViewOf(left!.rowType, right!.rowType, this.rowType, { hasKind: context.hasKind }) : undefined,
      join: isHalf ? halfRowOf(left!.rowType, context.hasKind) : joinedRowOf(left!.rowType, right!.rowType, this.rowType, { hasKind: context.hasKind }),
    });
    const placement = this.keys.left.length === 0 ? { parallelism: 1 } : {};
    return { ...context.twoInput(first.transformation, second.transformation, context.keyedFunction(create, [first.key, second.key]), placement), hashedBy: this.#hashedBy() };
  }

  /** Rows that an outer join fills with NULLs are not where the key of those NULLs belongs. */
  #hashedBy(): readonly (readonly number[])[] {
    const { joinType, keys } = this;
    if (keys.left.length === 0) return [];
    const width = this.inputs[0]!.rowType.fields.length;
    const right = keys.right.map((column) => column + width);
    switch (joinType) {
      case 'INNER': return [keys.left, right];
      case 'RIGHT': return [right];
      case 'FULL': return [];
      default: return [keys.left];
    }
  }
}

const JOIN_NAMES: Readonly<Record<JoinType, string>> = { INNER: 'InnerJoin', LEFT: 'LeftOuterJoin', RIGHT: 'RightOuterJoin', FULL: 'FullOuterJoin', SEMI: 'LeftSemiJoin', ANTI: 'LeftAntiJoin' };

/** What plans show of a join. */
export function joinText(joinType: JoinType, keys: JoinKeys, left: RowType, right: RowType, rowType: RowType): string {
  const both = [...left.fields, ...right.fields];
  const equalities = keys.left.map((column, index) => `(${left.fields[column]!.name} = ${right.fields[keys.right[index]!]!.name})`);
  const where = [...equalities, ...(isTrueLiteral(keys.rest) ? [] : conjunctsOf(keys.rest).map((part) => expressionText(part, both)))];
  return `joinType=[${JOIN_NAMES[joinType]}], where=[${where.length === 0 ? 'true' : where.length === 1 ? where[0]! : `(${where.join(' AND ')})`}], select=[${rowType.fields.map(({ name }) => name).join(', ')}]`;
}

/** Equalities between a column of each side become keys; their types are the same, since casts are expressions. */
export function joinKeysOf(condition: Expression, leftWidth: number): JoinKeys {
  const left: number[] = [];
  const right: number[] = [];
  const isNullSafe: boolean[] = [];
  const rest: Expression[] = [];
  for (const part of conjunctsOf(condition)) {
    const columns = comparedColumns(part, ['=', 'IS NOT DISTINCT FROM'], leftWidth);
    if (columns !== undefined) {
      left.push(columns[0]);
      right.push(columns[1]);
      isNullSafe.push((part as Expression & { kind: 'call' }).function.name !== '=');
    } else {
      rest.push(part);
    }
  }
  return { left, right, isNullSafe, rest: conjunctionOf(rest) };
}

const holdsKey = (input: ExecNode, keys: readonly number[]): boolean => input.upsertKeys.some((key) => key.every((column) => keys.includes(column)));

function joinUpsertKeys(left: ExecNode, right: ExecNode, joinType: JoinType, keys: JoinKeys): readonly (readonly number[])[] {
  const leftKeys = keysBehindExchange(left.upsertKeys, keys.left);
  const rightKeys = keysBehindExchange(right.upsertKeys, keys.right);
  if (joinType === 'SEMI' || joinType === 'ANTI') return leftKeys;
  const width = left.rowType.fields.length;
  const isWithin = (key: readonly number[], columns: readonly number[]): boolean => key.every((column) => columns.includes(column));
  const result: (readonly number[])[] = [];
  // A row of one side meets at most one of the other, so its key stays a key. An outer side's NULLs would break that.
  if (right.upsertKeys.some((key) => isWithin(key, keys.right)) && joinType !== 'RIGHT' && joinType !== 'FULL') result.push(...leftKeys);
  if (left.upsertKeys.some((key) => isWithin(key, keys.left)) && joinType !== 'LEFT' && joinType !== 'FULL') result.push(...rightKeys.map((key) => key.map((column) => column + width)));
  for (const a of leftKeys) for (const b of rightKeys) result.push([...a, ...b.map((column) => column + width)]);
  return result;
}

function formOf(node: ExecNode, keys: readonly number[], changes: ChangeKinds, hasMeetings: boolean): JoinSideShape['form'] {
  if (node.upsertKeys.some((key) => key.every((column) => keys.includes(column)))) return 'unique';
  if (node.upsertKeys.length > 0) return 'by-key';
  return isInsertOnly(changes) && !hasMeetings ? 'list' : 'bag';
}

function sideShape(input: TranslatedInput, keys: readonly number[], hasMeetings: boolean, isBatch: boolean, ttl: StateTtlConfig | undefined): JoinSideShape {
  const form = isBatch ? 'list' : formOf(input.node, keys, input.changes, hasMeetings);
  const shape = { rowType: rowTypeInformation(input.rowType), form, hasMeetings, ttl };
  if (form !== 'by-key') return shape;
  const shortest = [...input.node.upsertKeys].sort((a, b) => a.length - b.length)[0]!;
  const { selector, type } = keySpecificationOf(input.rowType, shortest);
  return { ...shape, uniqueKey: { selector, type: type! } };
}

export function joinCondition(condition: Expression, left: RowType, right: RowType, context: TranslationContext): (left: TableRow, right: TableRow) => boolean {
  const codegen = new ExpressionCodegen(context.functions);
  const keys = [...fieldKeys(left).map((key) => fieldAccess('left', key)), ...fieldKeys(right).map((key) => fieldAccess('right', key))];
  const { statements, condition: test } = codegen.generateCondition(condition, (index) => keys[index]!);
  return compile('left, right', `{ ${statements}\nreturn (${test}) === true; }`, codegen.constants);
}

export function nullKeyTest(type: RowType, columns: readonly number[], isNullSafe: readonly boolean[]): (row: TableRow) => boolean {
  const keys = fieldKeys(type);
  const tests = columns.flatMap((column, index) => (isNullSafe[index] === true || !type.fields[column]!.type.isNullable ? [] : [`${fieldAccess('row', keys[column]!)} === null`]));
  return compile('row', tests.length === 0 ? 'false' : tests.join(' || '));
}

export function halfRowOf(type: RowType, hasKind: boolean): (left: TableRow | null, right: TableRow | null, kind: number) => TableRow {
  const make = rekindOf(type, { hasKind });
  return (left, _right, kind) => make(left!, kind);
}
