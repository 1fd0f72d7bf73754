/** The reflected ECMA polynomial of CRC-64, in two halves: a JavaScript number has only 53 bits. */
const polynomial = { high: 0xc96c5795, low: 0xd7870f42 };
const high = new Uint32Array(256);
const low = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let [upper, lower] = [0, byte];
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (lower & 1) === 1;
    lower = (lower >>> 1) | (upper << 31);
    upper >>>= 1;
    if (isOdd) {
      lower ^= polynomial.low;
      upper ^= polynomial.high;
    }
  }
  high[byte] = upper;
  low[byte] = lower;
}

/** The checksum of `mongodump`: CRC-64 with the ECMA polynomial. Accepts the bytes in parts. */
export class Crc64 {
  #high = ~0;
  #low = ~0;

  update(bytes: Uint8Array): void {
    let [upper, lower] = [this.#high, this.#low];
    for (const byte of bytes) {
      const index = (lower ^ byte) & 0xff;
      lower = ((lower >>> 8) | (upper << 24)) ^ (low[index] ?? 0);
      upper = (upper >>> 8) ^ (high[index] ?? 0);
    }
    this.#high = upper;
    this.#low = lower;
  }

  /** The checksum as a signed integer: BSON has no unsigned integers. */
  get value(): bigint {
    return BigInt.asIntN(64, (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0));
  }
}
