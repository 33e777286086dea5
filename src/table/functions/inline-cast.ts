// Casts that generated code does in place. Undefined: a bound implementation is called.
import type { LogicalType } from '#table/types/logical-type';
import { isInteger, integerRank } from '#table/types/type-families';

const BITS: Readonly<Record<string, number>> = { TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64 };

/** The operand itself where the value stays as it is. The operand is not NULL. */
export function inlineCast(from: LogicalType, to: LogicalType, operand: string): string | undefined {
  if (isInteger(from) && isInteger(to)) {
    if (integerRank(from) <= integerRank(to)) return operand;
    return from.kind === 'BIGINT' ? `$narrow(${operand}, ${BITS[to.kind]})` : `(${operand} << ${32 - BITS[to.kind]!} >> ${32 - BITS[to.kind]!})`;
  }
  if (to.kind === 'DOUBLE') {
    if (from.kind === 'DOUBLE' || from.kind === 'FLOAT' || (isInteger(from) && from.kind !== 'BIGINT')) return operand;
    if (from.kind === 'BIGINT') return `Number(${operand})`;
    return from.kind === 'DECIMAL' ? `$decimalToDouble(${operand}, ${from.scale})` : undefined;
  }
  if (to.kind === 'FLOAT' && from.kind === 'FLOAT') return operand;
  if (to.kind === 'VARCHAR' && to.length === 2147483647) {
    if (from.kind === 'VARCHAR' || from.kind === 'CHAR') return operand;
    return isInteger(from) ? `String(${operand})` : undefined;
  }
  if (to.kind === 'VARCHAR' && (from.kind === 'VARCHAR' || from.kind === 'CHAR') && from.length <= to.length) return operand;
  if (to.kind === 'CHAR' && from.kind === 'CHAR' && from.length === to.length) return operand;
  if (to.kind === 'DECIMAL' && isInteger(from) && to.scale === 0 && to.precision >= 19) return operand;
  if (to.kind === 'DECIMAL' && from.kind === 'DECIMAL' && from.scale === to.scale && from.precision <= to.precision) return operand;
  if (to.kind === 'BOOLEAN' && from.kind === 'BOOLEAN') return operand;
  if (to.kind === 'DATE' && from.kind === 'DATE') return operand;
  if (to.kind === from.kind && (to.kind === 'TIMESTAMP' || to.kind === 'TIMESTAMP_LTZ') && to.precision === (from as typeof to).precision) return operand;
  if (from.kind === 'TIMESTAMP' && to.kind === 'DATE' && from.precision <= 3) return `Math.floor(${operand} / 86400000)`;
  return undefined;
}
