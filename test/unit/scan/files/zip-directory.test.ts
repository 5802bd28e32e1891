import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import fc from "fast-check";
import { memberBytes, zipMembers } from "../../../../core/scan/files/zip-directory.ts";

/** A zip with one stored member whose sizes and offset stand in zip64 fields only (APPNOTE 4.3.14, 4.5.3). */
function zip64(name: string, content: Buffer): Buffer {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const data = Buffer.concat([local, Buffer.from(name), content]);
  const extra = Buffer.alloc(36);
  extra.writeUInt16LE(0x7777, 0);
  extra.writeUInt16LE(4, 2);
  extra.writeUInt16LE(1, 8);
  extra.writeUInt16LE(24, 10);
  extra.writeBigUInt64LE(BigInt(content.length), 12);
  extra.writeBigUInt64LE(BigInt(content.length), 20);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt32LE(0xffffffff, 20);
  entry.writeUInt32LE(0xffffffff, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE(0xffffffff, 42);
  const directory = Buffer.concat([entry, Buffer.from(name), extra]);
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(1n, 32);
  end64.writeBigUInt64LE(BigInt(directory.length), 40);
  end64.writeBigUInt64LE(BigInt(data.length), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(0, 20);
  return Buffer.concat([data, directory, end64, locator, end]);
}

describe("zip directory", () => {
  it("reads what another library wrote", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zü]{1,8}\.py$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(names, fc.uint8Array({ maxLength: 50 }), (all, content) => {
        const zip = Buffer.from(
          zipSync(Object.fromEntries(all.map((name) => [name, content])), { level: 0 }),
        );
        const members = [...zipMembers(zip)];
        assert.deepEqual(members.map(({ name }) => name).sort(), [...all].sort());
        for (const member of members) assert.deepEqual([...memberBytes(zip, member)], [...content]);
      }),
    );
  });

  it("reads sizes and offsets of more than 32 bits", () => {
    const zip = zip64("a.py", Buffer.from("hello"));
    const [member] = [...zipMembers(zip)];
    assert.ok(member);
    assert.equal(memberBytes(zip, member).toString(), "hello");
  });

  it("refuses what is no whole archive", () => {
    const zip = Buffer.from(zipSync({ "a.py": strToU8("x") }));
    const damaged = Buffer.from(zip);
    damaged.writeUInt32LE(0, damaged.indexOf(Buffer.from("PK\x01\x02")));
    const shifted = Buffer.from(zip);
    shifted.writeUInt32LE(0xfffffff0, shifted.lastIndexOf(Buffer.from("PK\x05\x06")) + 12);
    const without64 = zip64("a.py", Buffer.from("x"));
    without64.writeUInt32LE(0, without64.indexOf(Buffer.from("PK\x06\x06")));
    for (const broken of [Buffer.from("PK"), zip.subarray(0, 30), damaged, shifted, without64]) {
      assert.throws(() => [...zipMembers(broken)], RangeError);
    }
    const [member] = [...zipMembers(zip)];
    assert.ok(member);
    assert.throws(() => memberBytes(zip, { ...member, compressedSize: 5000 }), RangeError);
    assert.throws(() => memberBytes(zip, { ...member, header: 1 }), RangeError);
  });
});
