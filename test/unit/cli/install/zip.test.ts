import assert from "node:assert/strict";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { systemFiles } from "../../../../core/cli/install/files.ts";
import { extractProgram } from "../../../../core/cli/install/unzip.ts";
import { failure, folders, releaseArchive, sha256, tree } from "./support/release.ts";
import { buildZip, type Member, type Oddities } from "./support/zip-builder.ts";

const content = Buffer.from("the program, ".repeat(50));
const good: Member = { name: "databricks", content };

describe("program in an archive", () => {
  const folder = folders();

  async function extract(bytes: Buffer, limit?: number): Promise<{ target: string; sha256: string }> {
    const at = await folder();
    await writeFile(join(at, "archive.zip"), bytes);
    const target = join(at, "databricks");
    const hash = await extractProgram(systemFiles, join(at, "archive.zip"), "databricks", target, limit);
    return { target, sha256: hash };
  }

  /** The reason, when nothing but the archive is left. */
  async function refusal(bytes: Buffer, limit?: number): Promise<string> {
    const at = await folder();
    await writeFile(join(at, "archive.zip"), bytes);
    const work = extractProgram(
      systemFiles,
      join(at, "archive.zip"),
      "databricks",
      join(at, "databricks"),
      limit,
    );
    const error = await failure(work, "CLI_ARCHIVE_REFUSED");
    assert.deepEqual(await tree(at), ["archive.zip"]);
    return error.message;
  }

  it("is extracted whole, with its hash, and may be executed", async () => {
    const { target, sha256: hash } = await extract(releaseArchive(content));
    assert.deepEqual(await readFile(target), content);
    assert.equal(hash, sha256(content));
    assert.equal((await stat(target)).mode & 0o777, 0o755);
  });

  it("is extracted whole from any archive of plain members (property)", async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/).filter((text) => text !== "databricks");
    const members = fc.uniqueArray(
      fc.record({
        name,
        content: fc.uint8Array({ maxLength: 300 }),
        stored: fc.boolean(),
        descriptor: fc.boolean(),
      }),
      { selector: (member) => member.name, maxLength: 5 },
    );
    const comment = fc.uint8Array({ maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        members,
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        fc.boolean(),
        comment,
        async (others, bytes, stored, note) => {
          const archive = buildZip(
            [
              ...others.map((one) => ({
                ...one,
                content: Buffer.from(one.content),
                flags: one.descriptor ? 8 : 0,
              })),
              { name: "databricks", content: Buffer.from(bytes), stored },
            ],
            { comment: Buffer.from(note) },
          );
          const { target } = await extract(archive);
          assert.deepEqual(await readFile(target), Buffer.from(bytes));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is the same or refused after any change of any byte (property)", async () => {
    const archive = releaseArchive(content);
    const change = fc.record({ at: fc.nat(archive.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(archive);
        for (const { at, to } of changes) bytes[at] = to;
        try {
          const { target } = await extract(bytes);
          assert.deepEqual(await readFile(target), content);
        } catch (error) {
          assert.equal((error as { code?: string }).code, "CLI_ARCHIVE_REFUSED", String(error));
        }
      }),
      { numRuns: 400 },
    );
  });

  it("is refused from an archive that is cut off anywhere (property)", async () => {
    const archive = releaseArchive(content);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), async (length) => {
        await refusal(archive.subarray(0, length));
      }),
      { numRuns: 60 },
    );
  });

  it("is refused from anything that is no archive (property)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await refusal(Buffer.from(bytes));
      }),
      { numRuns: 60 },
    );
  });

  const names: readonly (string | Buffer)[] = [
    "/etc/passwd",
    "../databricks",
    "a/../../b",
    "./databricks",
    "a//b",
    "",
    "/",
    "a\\b",
    "C:evil",
    "c:/windows/evil",
    "a\0b",
    "a\nb",
    "stream:name",
    Buffer.of(0x61, 0xff),
    "a/..",
    "..",
  ];
  for (const name of names) {
    it(`is refused beside a member named ${JSON.stringify(name.toString())}`, async () => {
      assert.match(await refusal(buildZip([good, { name, mode: 0 }])), /is no plain path/);
    });
  }

  const entries: readonly (readonly [string, readonly Member[], RegExp])[] = [
    ["a symbolic link as program", [{ ...good, mode: 0o120777 }], /link/],
    ["a symbolic link elsewhere", [good, { name: "x", mode: 0o120777 }], /link/],
    ["a device", [good, { name: "x", mode: 0o020666 }], /special file/],
    ["a folder that is called a file", [good, { name: "x/", mode: 0o100644 }], /special file/],
    ["a file that is called a folder", [good, { name: "x", mode: 0o040755 }], /special file/],
    ["a link that a Mac made", [good, { name: "x", mode: 0o120777, system: 19 }], /link/],
    ["the program twice", [good, good], /twice/],
    ["names that differ in letter case only", [good, { name: "Databricks" }], /twice/],
    ["a file and a folder of one name", [good, { name: "databricks/", mode: 0o040755 }], /twice/],
    ["an encrypted member", [{ ...good, flags: 1 }], /encrypted/],
    ["a strongly encrypted member", [good, { name: "x", flags: 0x40 }], /encrypted/],
    ["masked headers", [good, { name: "x", flags: 0x2000 }], /encrypted/],
    ["an unknown method", [{ ...good, method: 12 }], /method 12/],
    ["a zip64 size", [{ ...good, size: 0xffffffff }], /zip64/],
    ["a zip64 compressed size", [{ ...good, compressedSize: 0xffffffff }], /zip64/],
    ["a zip64 offset", [{ ...good, offset: 0xffffffff }], /zip64/],
    ["a member on another disk", [{ ...good, disk: 1 }], /one part of several/],
    ["no program", [{ name: "readme" }], /holds no `databricks`/],
    ["the program in a folder only", [{ name: "bin/databricks" }], /holds no `databricks`/],
    ["an empty program", [{ ...good, content: Buffer.alloc(0) }], /has 0 bytes/],
    ["another name in the header", [{ ...good, local: { name: "databrickx" } }], /two ways/],
    ["another method in the header", [{ ...good, local: { method: 0 } }], /two ways/],
    ["other flags in the header", [{ ...good, local: { flags: 0x0800 } }], /two ways/],
    ["another size in the header", [{ ...good, local: { size: 5 } }], /two ways/],
    ["an offset into nowhere", [{ ...good, offset: 7 }], /not where/],
    ["an offset behind the end", [{ ...good, offset: 1_000_000 }], /cut off/],
    ["data that reach into the directory", [{ ...good, compressedSize: 5000 }], /cut off/],
    ["a wrong checksum", [{ ...good, crc: 1 }], /damaged/],
    ["a stored program with a wrong checksum", [{ ...good, stored: true, crc: 1 }], /damaged/],
    ["more data than said", [{ ...good, size: 10 }], /larger than the archive says/],
    ["less data than said", [{ ...good, size: content.length + 1 }], /damaged/],
    [
      "data after the compressed data",
      [{ ...good, packed: Buffer.concat([deflateRawSync(content), Buffer.of(1)]) }],
      /followed by more/,
    ],
    [
      "compressed data that end early",
      [{ ...good, packed: deflateRawSync(content).subarray(0, -3) }],
      /damaged/,
    ],
    ["compressed data that are none", [{ ...good, packed: Buffer.alloc(20, 0xff) }], /damaged/],
  ];
  for (const [title, members, reason] of entries) {
    it(`is refused from an archive with ${title}`, async () => {
      assert.match(await refusal(buildZip(members)), reason);
    });
  }

  const oddities: readonly (readonly [string, Oddities, RegExp])[] = [
    ["a zip64 number of members", { count: 0xffff }, /zip64/],
    ["a zip64 directory size", { directorySize: 0xffffffff }, /zip64/],
    ["a zip64 directory offset", { directoryStart: 0xffffffff }, /zip64/],
    ["several disks", { disk: 1 }, /one part of several/],
    ["two numbers of members", { total: 2 }, /one part of several/],
    ["a wrong number of members", { count: 2 }, /another number of members/],
    ["too many members", { count: 5000 }, /too many members/],
    ["something between members and directory", { between: Buffer.from("x") }, /not where it should be/],
    ["a directory that starts elsewhere", { directoryStart: 0 }, /not where it should be/],
  ];
  for (const [title, odd, reason] of oddities) {
    it(`is refused from an archive with ${title}`, async () => {
      assert.match(await refusal(buildZip([good], odd)), reason);
    });
  }

  it("is refused from a directory that is not made of members", async () => {
    const archive = buildZip([good]);
    archive.writeUInt32LE(0, archive.indexOf("PK\x01\x02"));
    assert.match(await refusal(archive), /directory is damaged/);
    const other = buildZip([good]);
    other.writeUInt16LE(60_000, other.indexOf("PK\x01\x02") + 30);
    assert.match(await refusal(other), /directory is damaged/);
  });

  it("is refused where a comment holds another archive", async () => {
    const hidden = buildZip([{ name: "databricks", content: Buffer.from("another program") }]);
    assert.match(await refusal(buildZip([good], { comment: hidden })), /not where it should be/);
  });

  it("stops a bomb at the size that is taken", async () => {
    const zeros = Buffer.alloc(200_000);
    assert.match(await refusal(buildZip([{ ...good, content: zeros }]), 100_000), /at most 100000/);
    assert.match(
      await refusal(buildZip([{ ...good, content: zeros, size: 90_000 }]), 100_000),
      /larger than/,
    );
  });
});
