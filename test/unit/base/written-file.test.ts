import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { RefusedFile } from "../../../core/base/checkout-file.ts";
import { appendOwnFile, writeOwnFile } from "../../../core/base/written-file.ts";

const LINUX = { os: "linux", arch: "x64" } as const;

for (const [what, put] of [
  ["written", writeOwnFile],
  ["appended to", appendOwnFile],
] as const) {
  describe(`a file that is ${what}`, () => {
    let top: string;
    let checkout: string;
    let temp: string;
    beforeEach(async () => {
      top = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "written-file-")));
      [checkout, temp] = [path.join(top, "checkout"), path.join(top, "temp")];
      for (const folder of [checkout, temp, path.join(top, "home"), path.join(checkout, ".git")])
        await fs.mkdir(folder);
      await fs.writeFile(path.join(top, "home/precious"), "precious");
    });
    afterEach(() => fs.rm(top, { recursive: true }));
    const at = (file: string, more: object = {}) =>
      put(file, "new", { roots: [checkout, temp], platform: LINUX, ...more });
    const refused = async (file: string, more: object = {}) => {
      await assert.rejects(at(file, more), RefusedFile, file);
      assert.equal(await fs.readFile(path.join(top, "home/precious"), "utf8"), "precious");
      assert.deepEqual(await fs.readdir(path.join(top, "home")), ["precious"]);
    };

    it("may be new or there, in the checkout or the temporary folder, with new folders on the way", async () => {
      await fs.writeFile(path.join(checkout, "old"), "old ");
      await fs.symlink(checkout, path.join(top, "alias"));
      for (const file of [path.join(checkout, "a/b/new"), path.join(temp, "new"), path.join(checkout, "old")])
        await at(file);
      await put(path.join(top, "alias/c"), "new", { roots: [path.join(top, "alias")], platform: LINUX });
      assert.equal(await fs.readFile(path.join(checkout, "a/b/new"), "utf8"), "new");
      assert.equal(await fs.readFile(path.join(checkout, "c"), "utf8"), "new");
      assert.equal(
        await fs.readFile(path.join(checkout, "old"), "utf8"),
        put === writeOwnFile ? "new" : "old new",
      );
      assert.deepEqual((await fs.readdir(checkout)).sort(), [".git", "a", "c", "old"]);
    });

    it("is refused through a link, at its end or on its way, wherever that leads", async () => {
      await fs.mkdir(path.join(checkout, "real"));
      const links: [string, string][] = [
        ["final", "../home/precious"],
        ["nowhere", "../home/new"],
        ["folder", "../home"],
        ["inside", "real"],
        ["real/up", ".."],
        ["self", "self"],
      ];
      for (const [name, target] of links) await fs.symlink(target, path.join(checkout, name));
      for (const name of [
        "final",
        "nowhere",
        "folder/precious",
        "folder/new/x",
        "inside/x",
        "real/up/x",
        "self",
        "self/x",
      ])
        await refused(path.join(checkout, name));
    });

    it("is refused elsewhere, in .git, for a folder and for a pipe", async () => {
      if (process.platform !== "win32") execFileSync("mkfifo", [path.join(checkout, "pipe")]);
      for (const name of [
        "../home/precious",
        "../home/new",
        "../new",
        ".",
        ".git/config",
        "a/.GIT/hooks/x",
        "pipe",
      ])
        await refused(path.join(checkout, name));
      await fs.mkdir(path.join(checkout, "there"));
      await refused(path.join(checkout, "there"));
      await refused("/dev/null");
    });

    it("leaves what a hard link names alone", async () => {
      await fs.link(path.join(top, "home/precious"), path.join(checkout, "hard"));
      if (put === appendOwnFile) await refused(path.join(checkout, "hard"));
      else await at(path.join(checkout, "hard"));
      assert.equal(await fs.readFile(path.join(top, "home/precious"), "utf8"), "precious");
    });

    it("is refused if a folder on its way becomes a link meanwhile", async () => {
      await fs.mkdir(path.join(checkout, "lake"));
      const open = async (file: string, flags: number, mode: number) => {
        await fs.rename(path.join(checkout, "lake"), path.join(checkout, "old"));
        await fs.symlink("../home", path.join(checkout, "lake"));
        return fs.open(file, flags, mode);
      };
      await assert.rejects(at(path.join(checkout, "lake/x"), { port: { ...fs, open } }), RefusedFile);
    });
  });
}

describe("a file that is appended to", () => {
  it("is refused if it is another user's", async () => {
    const folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "written-file-")));
    await fs.writeFile(path.join(folder, "x"), "");
    const bounds = { roots: [folder], platform: LINUX, user: 4711 };
    await assert.rejects(appendOwnFile(path.join(folder, "x"), "new", bounds), /belongs to another user/);
    await fs.rm(folder, { recursive: true });
  });
});
