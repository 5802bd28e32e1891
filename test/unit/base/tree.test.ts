import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskTree, readText } from "../../../core/base/tree.ts";

describe("diskTree", () => {
  let root = "";
  before(() => {
    root = mkdtempSync(join(tmpdir(), "scan-tree-"));
    mkdirSync(join(root, "b"));
    writeFileSync(join(root, "a.txt"), "hello ü");
    writeFileSync(join(root, "large.bin"), Buffer.alloc((2 << 20) + 5, 7));
    writeFileSync(join(root, "empty"), "");
    symlinkSync("/etc", join(root, "link"));
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  it("lists files, folders and links, and follows none", async () => {
    const entries = await diskTree.list(root);
    assert.deepEqual(
      entries.map(({ name, type }) => `${name} ${type}`),
      ["a.txt file", "b folder", "empty file", "large.bin file", "link link"],
    );
  });

  it("reads files whole, in pieces", async () => {
    assert.equal(await readText(diskTree, join(root, "a.txt")), "hello ü");
    assert.equal(await readText(diskTree, join(root, "empty")), "");
    const sizes: number[] = [];
    for await (const piece of diskTree.read(join(root, "large.bin"))) sizes.push(piece.length);
    assert.equal(
      sizes.reduce((a, b) => a + b, 0),
      (2 << 20) + 5,
    );
    assert.ok(sizes.length > 1);
  });

  it("knows sizes of files only, and rejects for what is not there", async () => {
    assert.equal(await diskTree.size(join(root, "a.txt")), 8);
    assert.equal(await diskTree.size(join(root, "b")), undefined);
    assert.equal(await diskTree.size(join(root, "no")), undefined);
    await assert.rejects(readText(diskTree, join(root, "no")), /ENOENT/);
  });
});
