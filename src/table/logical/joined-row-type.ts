// The row type of a join: the columns of both sides, nullable where a side may be missing; those of the left for semi and anti joins.
import type { JoinType } from '#table/logical/logical-plan';
import { nullable, type RowType } from '#table/types/logical-type';

export function joinedRowType(left: RowType, right: RowType, joinType: JoinType): RowType {
  if (joinType === 'SEMI' || joinType === 'ANTI') return left;
  const side = (type: RowType, isNullable: boolean) => (isNullable ? type.fields.map((field) => ({ ...field, type: nullable(field.type) })) : type.fields);
  return { kind: 'ROW', isNullable: false, fields: [...side(left, joinType === 'RIGHT' || joinType === 'FULL'), ...side(right, joinType === 'LEFT' || joinType === 'FULL')] };
}
