// CURRENT_WATERMARK(rowtime): the event time that the operator which evaluates it has reached, NULL before the first watermark.
import { FunctionError } from '#table/errors';
import type { ScalarFunctionDefinition } from '#table/functions/function-definition';
import { refuse } from '#table/functions/function-signature';
import { boundScalar } from '#table/functions/scalar-definition';
import { TIME_ATTRIBUTE_PRECISION, type LogicalType } from '#table/types/logical-type';
import { summaryTypeText } from '#table/types/type-text';

export const CURRENT_WATERMARK = 'CURRENT_WATERMARK';

const currentWatermark = boundScalar(CURRENT_WATERMARK, (call) => {
  const [type] = call.argumentTypes;
  if (type === undefined || call.argumentTypes.length !== 1) return { supportedForms: ['CURRENT_WATERMARK(<ROWTIME>)'] };
  const isTimestamp = type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ';
  if (!isTimestamp || type.precision > TIME_ATTRIBUTE_PRECISION) return refuse(`CURRENT_WATERMARK() must be called with a single rowtime attribute argument, but '${summaryTypeText(type)}' cannot be a time attribute.`);
  if (type.time !== 'rowtime') return refuse(`The argument of CURRENT_WATERMARK() must be a rowtime attribute, but was '${summaryTypeText(type)}'.`);
  const resultType: LogicalType = { kind: type.kind, precision: TIME_ATTRIBUTE_PRECISION, time: 'regular', isNullable: true };
  return { argumentTypes: call.argumentTypes, resultType };
}, (_call, context) => {
  const { currentWatermark: read } = context;
  if (read === undefined) return () => { throw new FunctionError('CURRENT_WATERMARK() is known in projections and filters only: compute it in a sub-query before this operation'); };
  return () => {
    const watermark = read();
    return Number.isFinite(watermark) ? watermark : null;
  };
}, { isDeterministic: false, seesNulls: true });

export const WATERMARK_FUNCTIONS: readonly ScalarFunctionDefinition[] = [currentWatermark];
