// Which types a written value may be read as besides its own: the table of widenings, none of which loses anything.
// A new one is one entry here; rows, lists, tuples and nullables are taken apart before the table is asked.
import { exactOf } from '#core/columns/exact-integer';
import type { TypeInformation } from '#core/types/type-information';

type Kind = TypeInformation['kind'];
/** The value as the declared type has it. */
export type Conversion = (value: any) => unknown; // any: the written type's values

interface Widening {
  readonly from: Kind;
  readonly to: Kind;
  /** Undefined when the types of these kinds do not fit after all, such as a DECIMAL of too few digits. */
  readonly conversionOf: (written: TypeInformation, declared: TypeInformation) => Conversion | undefined;
}

const unchanged: Conversion = (value: unknown) => value;

export const WIDENINGS: readonly Widening[] = [
  { from: 'int', to: 'long', conversionOf: () => unchanged },
  { from: 'int', to: 'bigint', conversionOf: () => BigInt },
  { from: 'int', to: 'int64', conversionOf: () => unchanged },
  { from: 'int', to: 'integer', conversionOf: () => unchanged },
  { from: 'long', to: 'bigint', conversionOf: () => BigInt },
  { from: 'long', to: 'int64', conversionOf: () => unchanged },
  { from: 'long', to: 'integer', conversionOf: () => unchanged },
  { from: 'bigint', to: 'int64', conversionOf: () => exactOf },
  { from: 'bigint', to: 'integer', conversionOf: () => exactOf },
  { from: 'int64', to: 'bigint', conversionOf: () => BigInt },
  { from: 'int64', to: 'integer', conversionOf: () => unchanged },
];

export function wideningOf(written: TypeInformation, declared: TypeInformation): Conversion | undefined {
  return WIDENINGS.find(({ from, to }) => from === written.kind && to === declared.kind)?.conversionOf(written, declared);
}
