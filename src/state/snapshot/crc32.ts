// CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), eight bytes per step ("slicing by 8" of Kounavis and Berry).
// node:zlib has one only from Node 22 on. hot path: every snapshot byte passes it. Thread: any.

const POLYNOMIAL = 0xedb88320 | 0;
const SLICES = 8;

/** tables[slice * 256 + byte] */
const tables = createTables();

/** Checksum of bytes[offset .. offset + length), in [0, 2^32). @param previous checksum of the bytes before, to go on. */
export function crc32(bytes: Uint8Array, offset = 0, length = bytes.length - offset, previous = 0): number {
  const table = tables;
  const end = offset + length;
  const slicedEnd = end - (length % SLICES);
  let crc = ~previous;
  let at = offset;
  for (; at < slicedEnd; at += SLICES) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[1792 + (crc & 0xff)]! ^ table[1536 + ((crc >>> 8) & 0xff)]! ^ table[1280 + ((crc >>> 16) & 0xff)]! ^ table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^ table[512 + bytes[at + 5]!]! ^ table[256 + bytes[at + 6]!]! ^ table[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}

function createTables(): Int32Array {
  const made = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    made[byte] = crc;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const shorter = made[(slice - 1) * 256 + byte]!;
      made[slice * 256 + byte] = (shorter >>> 8) ^ made[shorter & 0xff]!;
    }
  }
  return made;
}
