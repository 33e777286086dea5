// Result types of DECIMAL arithmetic, as Flink derives them: precision 38 at most, and where digits must go, those after the
// point go first, but not below six.
import { DECIMAL_PRECISION_MAX, LogicalTypes, type LogicalType } from '#table/types/logical-type';
import { decimalShape } from '#table/types/type-families';

const SCALE_KEPT_MIN = 6;

export function decimalResultType(operator: '+' | '-' | '*' | '/' | '%', left: LogicalType, right: LogicalType): LogicalType {
  const { precision: p1, scale: s1 } = decimalShape(left);
  const { precision: p2, scale: s2 } = decimalShape(right);
  switch (operator) {
    case '+': case '-': {
      const scale = Math.max(s1, s2);
      return fitted(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
    case '*': return fitted(p1 + p2 + 1, s1 + s2);
    case '/': {
      const scale = Math.max(SCALE_KEPT_MIN, s1 + p2 + 1);
      return fitted(p1 - s1 + s2 + scale, scale);
    }
    case '%': {
      const scale = Math.max(s1, s2);
      return fitted(Math.min(p1 - s1, p2 - s2) + scale, scale);
    }
  }
}

function fitted(precision: number, scale: number): LogicalType {
  if (precision <= DECIMAL_PRECISION_MAX) return LogicalTypes.DECIMAL(precision, scale);
  const scaleMin = Math.min(scale, SCALE_KEPT_MIN);
  return LogicalTypes.DECIMAL(DECIMAL_PRECISION_MAX, Math.max(DECIMAL_PRECISION_MAX - (precision - scale), scaleMin));
}

/** ROUND(x, digits) of a DECIMAL; digits before the point may grow by one. */
export function roundedDecimalType(precision: number, scale: number, digits: number): LogicalType {
  if (digits >= scale) return LogicalTypes.DECIMAL(precision, scale);
  if (digits < 0) return LogicalTypes.DECIMAL(Math.min(DECIMAL_PRECISION_MAX, 1 + precision - scale), 0);
  return LogicalTypes.DECIMAL(Math.min(DECIMAL_PRECISION_MAX, 1 + precision - scale + digits), digits);
}

export function sumType(type: LogicalType): LogicalType {
  return type.kind === 'DECIMAL' ? { ...LogicalTypes.DECIMAL(DECIMAL_PRECISION_MAX, type.scale), isNullable: type.isNullable } : type;
}

export function averageType(type: LogicalType): LogicalType {
  if (type.kind !== 'DECIMAL') return type;
  return { ...LogicalTypes.DECIMAL(DECIMAL_PRECISION_MAX, Math.max(SCALE_KEPT_MIN, type.scale)), isNullable: type.isNullable };
}
