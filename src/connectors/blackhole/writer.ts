// hot path. Adds a digest of each record to a checksum; order of records and parallelism do not matter (the digests are
// added as 32-bit integers), so that runs can be compared. The reader of the fields is generated at the first record.
import { createFieldReader, type FieldReader } from '#connectors/blackhole/field-reader';
import type { SinkWriter, SinkWriterContext } from '#streaming/sink/sink';
import type { TypeInformation } from '#core/types/type-information';

export class BlackholeSinkWriter<T> implements SinkWriter<T, never, never> {
  readonly #inputType: TypeInformation | undefined;
  #read: FieldReader | undefined;
  #checksum = 0;
  #count = 0;

  constructor(context: SinkWriterContext) {
    this.#inputType = context.inputType;
  }

  write(element: T): void {
    const read = this.#read ?? (this.#read = createFieldReader(this.#inputType, element));
    this.#checksum = (this.#checksum + read(element)) | 0;
    this.#count++;
  }

  flush(): void {}

  /** Sum of the records' digests modulo 2^32, signed. */
  get checksum(): number {
    return this.#checksum;
  }

  get count(): number {
    return this.#count;
  }

  close(): void {}
}
