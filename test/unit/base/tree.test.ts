import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diskTree, readGitFile, readOwn } from "../../../core/base/tree.ts";

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
    await assert.rejects(diskTree.read(join(root, "no"))[Symbol.asyncIterator]().next(), /ENOENT/);
  });

  const bounds = { tree: diskTree, platform: { os: "linux", arch: "x64" } } as const;
  const own = async (name: string): Promise<string | undefined> =>
    (await readOwn(join(root, "b", name), join(root, "b"), bounds))?.toString();

  it("reads a file that decides something only as the one reader does", async function () {
    if (process.platform === "win32") this.skip();
    writeFileSync(join(root, "b/.gitignore"), "*.tmp");
    symlinkSync(".gitignore", join(root, "b/inside"));
    symlinkSync("../a.txt", join(root, "b/outside"));
    linkSync(join(root, "a.txt"), join(root, "b/second-name"));
    symlinkSync("../large.bin", join(root, "b/large"));
    assert.equal(await own(".gitignore"), "*.tmp");
    assert.equal(await own("inside"), "*.tmp");
    assert.equal(await own("none"), undefined);
    await assert.rejects(own("outside"), /leads out of the checkout/);
    await assert.rejects(own("second-name"), /hard link/);
  });

  it("reads files of git's own wherever they are, but no device, and none that is large", async function () {
    if (process.platform === "win32") this.skip();
    symlinkSync("/dev/zero", join(root, "zero"));
    assert.equal(await readGitFile(join(root, "b/outside"), diskTree), "hello ü");
    assert.equal(await readGitFile(join(root, "zero"), diskTree), undefined);
    assert.equal(await readGitFile(join(root, "b/large"), diskTree), undefined);
    assert.equal(await readGitFile(join(root, "none"), diskTree), undefined);
  });
});
