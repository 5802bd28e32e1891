import assert from "node:assert/strict";
import { gzipSync, strToU8, zipSync } from "fflate";
import fc from "fast-check";
import type { ScanReport } from "../../../../core/scan/finding.ts";
import { TightBudget } from "../../../../core/scan/files/archive.ts";
import { scanFile } from "../../../../core/scan/files/scan-file.ts";
import { PAT } from "../../support/memory-tree.ts";

async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 50_000)
    yield await Promise.resolve(content.subarray(at, at + 50_000));
}

const scan = (name: string, content: Uint8Array): Promise<ScanReport> =>
  scanFile({ name, read: () => pieces(content) }, "repo");
const secret = strToU8(`token = "${PAT}"\n`);

function tar(name: string, content: Uint8Array): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(content.length.toString(8).padStart(11, "0"), 124);
  header.write("0", 156);
  header.write("ustar", 257);
  const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  padded.set(content);
  return Buffer.concat([header, padded, Buffer.alloc(1024)]);
}

describe("scanFile", () => {
  it("opens wheels, and archives in them once", async () => {
    const inner = zipSync({ "app.properties": secret });
    const { findings, unscanned } = await scan(
      "d/a.whl",
      zipSync({ "pkg/a.py": secret, "lib/b.jar": inner, "lib/": new Uint8Array() }),
    );
    assert.deepEqual(
      findings.map(({ member, place }) => [member, place.file, place.line]),
      [
        ["pkg/a.py", "d/a.whl", 1],
        ["lib/b.jar!app.properties", "d/a.whl", 1],
      ],
    );
    assert.deepEqual(unscanned, []);
  });

  const deflated = zipSync({ "pkg/a.py": secret });
  const plain = strToU8("a = 1\n");
  const joined = (...parts: (string | Uint8Array)[]): Buffer =>
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  const commented = (): Buffer => {
    const zip = joined(zipSync({ "a.py": plain }), PAT);
    zip.writeUInt16LE(PAT.length, zip.length - PAT.length - 2);
    return zip;
  };
  const around: Readonly<Record<string, readonly [string, Uint8Array, string | undefined]>> = {
    "an archive behind other bytes": ["a.pyz", joined("#!python\n", deflated), "pkg/a.py"],
    "an archive behind more than a piece": ["a.exe", joined("x".repeat(3 << 20), deflated), "pkg/a.py"],
    "an archive behind a gzip file": ["a.gz", joined(gzipSync(plain), deflated), "pkg/a.py"],
    "an archive behind a tar archive": [
      "a.tgz",
      gzipSync(joined(tar("a.py", plain), zipSync({ "b.py": secret }))),
      "b.py",
    ],
    "the comment of an archive": ["a.zip", commented(), undefined],
    "the header of a gzip file": [
      "a.gz",
      joined("\x1f\x8b\x08\x10\0\0\0\0\0\x03", PAT, "\0", gzipSync(plain, { mtime: 0 }).subarray(10)),
      undefined,
    ],
    "what stands behind the end of a tar archive": [
      "a.tgz",
      gzipSync(joined(tar("a.py", plain), tar("b.py", secret))),
      undefined,
    ],
    "the name of a file": [`d/${PAT}.py`, plain, undefined],
    "the name of a member": ["a.zip", zipSync({ [`${PAT}.py`]: plain }), `${PAT}.py`],
    "text in UTF-32": [
      "a.py",
      Buffer.from(Uint32Array.from(`x = "${PAT}"`, (one) => one.charCodeAt(0)).buffer),
      undefined,
    ],
  };
  for (const [what, [name, content, member]] of Object.entries(around)) {
    it(`looks at ${what}`, async () => {
      const { findings } = await scan(name, content);
      assert.deepEqual(
        findings.map((finding) => finding.member),
        [member],
      );
    });
  }

  it("lists what it does not open: other compressions, and members that no directory names", async () => {
    const reasons = async (name: string, content: Uint8Array): Promise<readonly string[]> =>
      (await scan(name, content)).unscanned.map(({ reason }) => reason);
    for (const [name, magic] of Object.entries({
      bzip2: "BZh91AY&SY",
      xz: "\xfd7zXZ\0",
      zstd: "\x28\xb5\x2f\xfd",
      "7z": "7z\xbc\xaf\x27\x1c",
      rar: "Rar!\x1a\x07",
      lz4: "\x04\x22\x4d\x18",
    })) {
      const wanted = [`it is compressed (${name}) in a way that is not opened`];
      assert.deepEqual(await reasons("a.bin", joined(magic, "\0\x01\x02\x03")), wanted);
      assert.deepEqual(await reasons("a.zip", zipSync({ "b.bin": joined(magic, "\0\x01") })), wanted);
    }
    const two = joined(deflated, zipSync({ "b.py": plain }));
    assert.deepEqual(await reasons("a.zip", two), ["it has members that its directory does not name"]);
    // Bytes that look like the end of an archive are none.
    assert.deepEqual(await reasons("a.txt", joined("no PK\x05\x06", "x".repeat(40))), []);
  });

  it("lists archives that are nested deeper", async () => {
    const deep = zipSync({ "b.zip": zipSync({ "c.zip": zipSync({ "d.py": secret }) }) });
    const { findings, unscanned } = await scan("a.zip", deep);
    assert.deepEqual(findings, []);
    assert.deepEqual(unscanned, [
      {
        file: "a.zip",
        member: "b.zip!c.zip",
        reason: "it is an archive nested more than once",
        harmless: false,
      },
    ]);
  });

  it("opens gzip files and tar archives in them", async () => {
    assert.equal((await scan("a.py.gz", gzipSync(secret))).findings.length, 1);
    const [finding] = (await scan("a.tar.gz", gzipSync(tar("pkg/a.py", secret)))).findings;
    assert.equal(finding?.member, "pkg/a.py");
    const cut = await scan("a.tgz", gzipSync(tar("pkg/a.py", secret).subarray(0, 520)));
    assert.deepEqual(
      cut.unscanned.map(({ member, reason }) => [member, reason]),
      [["pkg/a.py", "the archive is cut off"]],
    );
    assert.match(
      (await scan("a.gz", Buffer.from(gzipSync(secret)).subarray(0, 20))).unscanned[0]?.reason ?? "",
      /no whole gzip file/,
    );
  });

  it("opens tar archives, and looks around their members", async () => {
    const [finding, ...more] = (await scan("a.tar", tar("pkg/a.py", strToU8('password = "Harb0ur-Mole7"\n'))))
      .findings;
    assert.deepEqual([finding?.member, finding?.place.line, more], ["pkg/a.py", 1, []]);
    const unlisted = Buffer.concat([tar("a.py", strToU8("x = 1\n")), tar("b.py", secret)]);
    assert.equal((await scan("a.tar", unlisted)).findings.length, 1);
  });

  it("reads an archive behind a launcher script, and one with data descriptors", async () => {
    const zip = Buffer.concat([Buffer.from("PK\x03\x04"), zipSync({ "a.py": secret })]);
    assert.equal((await scan("a.jar", zip)).findings.length, 1);
  });

  it("opens many bombs no further than one: a run has one budget for what is packed tightly", async () => {
    const tight = new TightBudget();
    tight.bytes = 8_000_000;
    const reasons: (string | undefined)[] = [];
    for (const content of [5, 4, 2]
      .map((size) => new Uint8Array(size * 1_000_000))
      .flatMap((zeros) => [zipSync({ a: zeros }), gzipSync(zeros)])) {
      const report = await scanFile({ name: "a", read: () => pieces(content) }, "repo", tight);
      reasons.push(report.unscanned[0]?.reason.slice(-10));
    }
    assert.deepEqual(reasons, [undefined, "a zip bomb", "a zip bomb", "a zip bomb", undefined, "a zip bomb"]);
  });

  it("stops at members that unpack to more than they say, or to more than is allowed", async () => {
    const bomb = Buffer.from(zipSync({ "a.txt": new Uint8Array(5_000_000) }));
    const lying = Buffer.from(bomb);
    const directory = lying.lastIndexOf(Buffer.from("PK\x01\x02"));
    lying.writeUInt32LE(1000, directory + 24);
    assert.match((await scan("a.zip", lying)).unscanned[0]?.reason ?? "", /zip bomb/);
    bomb.writeUInt32LE(200 << 20, directory + 24);
    assert.match((await scan("a.zip", bomb)).unscanned[0]?.reason ?? "", /more than 128 MiB/);
  });

  it("lists members that are encrypted, damaged, or packed in unknown ways", async () => {
    const whole = Buffer.from(zipSync({ "a.py": secret, "b.py": secret }));
    const directory = whole.indexOf(Buffer.from("PK\x01\x02"));
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(whole);
      copy.writeUInt16LE(value, directory + at);
      return copy;
    };
    const reasonOf = async (content: Buffer): Promise<string> =>
      (await scan("a.zip", content)).unscanned[0]?.reason ?? "";
    assert.match(await reasonOf(changed(8, 1)), /encrypted/);
    assert.match(await reasonOf(changed(10, 12)), /method 12/);
    assert.match(await reasonOf(changed(24, 3)), /bomb|damaged/);
    assert.equal((await scan("a.zip", changed(8, 1))).findings.length, 1);
  });

  it("reports, and survives, archives that are cut or changed anywhere", async () => {
    const whole = Buffer.from(zipSync({ "a.py": secret, "b/c.py": strToU8("x".repeat(2000)) }));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const broken = cut ? whole.subarray(0, at) : Buffer.from(whole);
        if (!cut) broken[at] = byte;
        const report = await scan("a.zip", broken);
        if (cut && at > 22) assert.ok(report.unscanned.length > 0);
      }),
      { numRuns: 200 },
    );
  });

  it("lists archives of more than 256 MiB, which are not held", async () => {
    const piece = Buffer.alloc(1 << 20, zipSync({ "a.py": plain }));
    async function* large(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at <= 256; at++) yield await Promise.resolve(piece);
    }
    const { unscanned } = await scanFile({ name: "a.zip", read: large }, "repo");
    assert.match(unscanned[0]?.reason ?? "", /larger than 256 MiB/);
  });

  it("lists what cannot be read, and never shows a value", async () => {
    const failing = await scanFile(
      {
        name: "a",
        read: () => {
          throw new Error("EACCES");
        },
      },
      "repo",
    );
    assert.deepEqual(failing.unscanned, [
      { file: "a", reason: "it cannot be read: EACCES", harmless: false },
    ]);
    const report = await scan("a.py", secret);
    assert.equal(report.findings[0]?.shown, "dapi… (36 characters)");
    assert.ok(!JSON.stringify(report).includes(PAT.slice(4, 16)));
  });

  it("lists that there were more findings than are shown", async () => {
    const { findings, unscanned } = await scan("a.txt", strToU8(`${PAT}\n`.repeat(501)));
    assert.equal(findings.length, 500);
    assert.match(unscanned[0]?.reason ?? "", /more than 500/);
  });

  it("scans large members in pieces", async () => {
    const large = Buffer.concat([Buffer.alloc(9 << 20, "x = 1\n"), Buffer.from(secret)]);
    const [finding] = (await scan("a.zip", zipSync({ "a.py": large }, { level: 1 }))).findings;
    assert.equal(finding?.member, "a.py");
  });
});
