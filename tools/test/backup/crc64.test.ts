import { expect } from "chai";
import { Crc64 } from "../../backup/crc64.ts";

describe("Crc64", () => {
  const checksum = (...parts: string[]) => {
    const crc = new Crc64();
    for (const part of parts) crc.update(Buffer.from(part));
    return BigInt.asUintN(64, crc.value);
  };

  it("is the one of Go's crc64.ECMA, whose check value is published", () => {
    expect(checksum("123456789")).to.equal(0x995dc9bbdf1939fan);
    expect(checksum()).to.equal(0n);
  });

  it("does not depend on the parts", () => {
    expect(checksum("1234", "", "56789")).to.equal(checksum("123456789"));
  });

  it("is signed, as BSON has it", () => {
    const crc = new Crc64();
    crc.update(Buffer.from("123456789"));
    expect(crc.value).to.equal(BigInt.asIntN(64, 0x995dc9bbdf1939fan));
  });
});
