// Options of the generator source.
import type { TypeInformation } from '#core/types/type-information';

export interface DataGeneratorOptions<T> {
  /** Records per second of all readers together; absent = as fast as they go. */
  readonly ratePerSecond?: number;
  readonly type?: TypeInformation<T>;
}
