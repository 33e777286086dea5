// A Java object stream that Flink's clients read as the cause of a failure: one SerializedThrowable without a Java
// exception in it, as bytes made here. Pure. Grammar: Java Object Serialization Specification, section 6.4.

export interface JavaFailure {
  readonly className: string;
  readonly message: string;
}

/** The stream counts a string's bytes with 16 bits. */
const STRING_BYTES_MAX = 0xffff;

const STREAM_START = [0xac, 0xed, 0x00, 0x05];
const OBJECT = 0x73;
const CLASS = 0x72;
const STRING = 0x74;
const ARRAY = 0x75;
const END = 0x78;
const NULL = 0x70;
const SERIALIZABLE = 0x02;
/** Serializable, and ends with END since it has a writeObject of its own. */
const WITH_WRITE_OBJECT = 0x03;
/** The second handle that the stream assigns: the type string below. */
const STRING_TYPE_AGAIN = Buffer.from([0x71, 0x00, 0x7e, 0x00, 0x01]);
const STRING_TYPE = 'Ljava/lang/String;';

/** What a Java program would print of it. */
export function stackTraceOf({ className, message }: JavaFailure): string {
  return `${className}: ${message}`;
}

export function serializedThrowable(failure: JavaFailure): Buffer {
  return Buffer.concat([
    bytes(...STREAM_START, OBJECT),
    ...classDescription('org.apache.flink.util.SerializedThrowable', 7284183123441947635n, SERIALIZABLE, [
      field('L', 'fullStringifiedStackTrace', text(STRING_TYPE)), field('L', 'originalErrorClassName', STRING_TYPE_AGAIN), field('[', 'serializedException', text('[B')),
    ]),
    ...classDescription('java.lang.Exception', -3387516993124229948n, SERIALIZABLE, []),
    ...classDescription('java.lang.Throwable', -3042686055658047285n, WITH_WRITE_OBJECT, [
      field('L', 'cause', text('Ljava/lang/Throwable;')), field('L', 'detailMessage', STRING_TYPE_AGAIN),
      field('[', 'stackTrace', text('[Ljava/lang/StackTraceElement;')), field('L', 'suppressedExceptions', text('Ljava/util/List;')),
    ]),
    bytes(NULL),
    // Throwable: no cause, its message, an empty stack, nothing suppressed.
    bytes(NULL), text(failure.message),
    bytes(ARRAY), ...classDescription('[Ljava.lang.StackTraceElement;', 163864874655228473n, SERIALIZABLE, []), bytes(NULL), bytes(0, 0, 0, 0),
    bytes(NULL, END),
    // SerializedThrowable: texts, and no serialized exception.
    text(stackTraceOf(failure)), text(failure.className), bytes(NULL),
  ]);
}

function classDescription(name: string, serialVersion: bigint, flags: number, fields: readonly Buffer[]): readonly Buffer[] {
  const version = Buffer.alloc(8);
  version.writeBigInt64BE(serialVersion);
  return [bytes(CLASS), plainText(name), version, bytes(flags, 0, fields.length), ...fields, bytes(END)];
}

function field(type: 'L' | '[', name: string, className: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), plainText(name), className]);
}

function text(value: string): Buffer {
  return Buffer.concat([bytes(STRING), plainText(value)]);
}

/** Java's modified UTF-8: supplementary characters as two surrogates of three bytes each, NUL as two bytes. */
function plainText(value: string): Buffer {
  const encoded: number[] = [];
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at);
    const one = unit !== 0 && unit < 0x80 ? [unit] : unit < 0x800 ? [0xc0 | (unit >> 6), 0x80 | (unit & 0x3f)] : [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
    if (encoded.length + one.length > STRING_BYTES_MAX) break;
    encoded.push(...one);
  }
  return Buffer.concat([bytes(encoded.length >> 8, encoded.length & 0xff), Buffer.from(encoded)]);
}

function bytes(...values: readonly number[]): Buffer {
  return Buffer.from(values);
}
