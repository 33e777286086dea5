// Names a side output of an operator and the type of what goes there. Plain data; two tags with one id are the same output.
import type { TypeInformation } from '#core/types/type-information';

/** Flink's OutputTag: `new OutputTag<string>('late')` or, with a declared type, `new OutputTag('late', Types.STRING)`. */
export class OutputTag<T> {
  /** Unique within the operator that writes to it. */
  readonly id: string;
  /** Declared type of the side output's records; undefined = inferred from them at run time. */
  readonly type: TypeInformation<T> | undefined;

  constructor(id: string, type?: TypeInformation<T>) {
    this.id = id;
    this.type = type;
  }
}
