// Functions that inline code of built-in functions calls by `$name`. Generated code gets them as constants.
import { absLong, addLong, divideInt, divideLong, multiplyLong, narrowInteger, negateLong, remainderInt, remainderLong, subtractLong, truncateDouble } from '#table/values/exact-integer';
import { decimalToDouble, fitDecimal, multiplyDecimals } from '#table/values/decimal-arithmetic';
import { lengthWithout } from '#table/functions/replaced-length';
import { splitIndex, splitTextIndex } from '#table/functions/split-index';
import { compareTexts } from '#table/values/value-equality';

export const INLINE_RUNTIME: Readonly<Record<string, unknown>> = {
  $absLong: absLong,
  $addLong: addLong,
  $subtractLong: subtractLong,
  $multiplyLong: multiplyLong,
  $divideLong: divideLong,
  $remainderLong: remainderLong,
  $negateLong: negateLong,
  $divideInt: divideInt,
  $remainderInt: remainderInt,
  $narrow: narrowInteger,
  $truncateDouble: truncateDouble,
  $fitDecimal: fitDecimal,
  $multiplyDecimals: multiplyDecimals,
  $decimalToDouble: decimalToDouble,
  $compareTexts: compareTexts,
  $lengthWithout: lengthWithout,
  $splitIndex: splitIndex,
  $splitTextIndex: splitTextIndex,
};
