// MurmurHash3 x64 128 (Austin Appleby), seed 0: Flink makes operator ids with it. BigInt arithmetic; a few hashes per
// program, so clarity wins over speed.

const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;
const BLOCK_BYTES = 16;

/** The 16 bytes of the hash: h1 then h2, each little-endian. */
export function murmur3x64(bytes: Uint8Array): Uint8Array {
  let h1 = 0n;
  let h2 = 0n;
  const padded = new DataView(new ArrayBuffer(BLOCK_BYTES));
  const blocks = Math.floor(bytes.length / BLOCK_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let block = 0; block < blocks; block++) {
    h1 ^= mixK1(view.getBigUint64(block * BLOCK_BYTES, true));
    h1 = (((rotate(h1, 27n) + h2) & MASK) * 5n + 0x52dce729n) & MASK;
    h2 ^= mixK2(view.getBigUint64(block * BLOCK_BYTES + 8, true));
    h2 = (((rotate(h2, 31n) + h1) & MASK) * 5n + 0x38495ab5n) & MASK;
  }
  // The tail is a block filled up with zeros, whose missing half mixes to 0.
  new Uint8Array(padded.buffer).set(bytes.subarray(blocks * BLOCK_BYTES));
  h1 ^= mixK1(padded.getBigUint64(0, true));
  h2 ^= mixK2(padded.getBigUint64(8, true));
  return finish(h1, h2, BigInt(bytes.length));
}

function finish(first: bigint, second: bigint, length: bigint): Uint8Array {
  let h1 = first ^ length;
  let h2 = second ^ length;
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  const out = new DataView(new ArrayBuffer(BLOCK_BYTES));
  out.setBigUint64(0, h1, true);
  out.setBigUint64(8, h2, true);
  return new Uint8Array(out.buffer);
}

const rotate = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (64n - by))) & MASK;
const mixK1 = (k: bigint): bigint => (rotate((k * C1) & MASK, 31n) * C2) & MASK;
const mixK2 = (k: bigint): bigint => (rotate((k * C2) & MASK, 33n) * C1) & MASK;

function avalanche(x: bigint): bigint {
  let k = x;
  k ^= k >> 33n;
  k = (k * 0xff51afd7ed558ccdn) & MASK;
  k ^= k >> 33n;
  k = (k * 0xc4ceb9fe1a85ec53n) & MASK;
  return k ^ (k >> 33n);
}
