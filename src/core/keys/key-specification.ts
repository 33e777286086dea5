// How records of an input are keyed: the selector and, where declared, the key's type.
import type { TypeInformation } from '#core/types/type-information';

export interface KeySpecification {
  readonly selector: (value: any) => any; // any: user's record and key types
  /** Undeclared keys hash by their value. */
  readonly type: TypeInformation | undefined;
}
