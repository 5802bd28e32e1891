import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { isInside, variable } from "../../../core/base/paths.ts";
import { findCli, type FileProbe } from "../../../core/cli/find.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Platform } from "../../../core/base/ports.ts";

const LINUX: Platform = { os: "linux", arch: "x64" };
const MAC: Platform = { os: "darwin", arch: "arm64" };
const WINDOWS: Platform = { os: "win32", arch: "x64" };

/** A file system of executables; a value other than the path itself is where a symbolic link leads. */
function probe(files: Readonly<Record<string, string>>): FileProbe {
  return {
    executable: (file) => Promise.resolve(files[file]),
    folder: (folder) => Promise.resolve(folder),
  };
}

function find(
  platform: Platform,
  environment: Record<string, string>,
  files: Record<string, string>,
  checkout: string,
) {
  return findCli({ platform, environment, checkout, probe: probe(files) });
}

describe("finding the CLI on PATH", () => {
  describe("on POSIX", () => {
    let root: string;
    let checkout: string;
    before(async () => {
      root = await realpath(await mkdtemp(path.join(os.tmpdir(), "find-")));
      checkout = path.join(root, "checkout");
      await mkdir(path.join(checkout, "bin"), { recursive: true });
    });
    after(() => rm(root, { recursive: true }));

    async function tool(folder: string, mode = 0o755): Promise<string> {
      const file = path.join(root, folder, "databricks");
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, "#!/bin/sh\n");
      await chmod(file, mode);
      return file;
    }
    const search = (...entries: string[]) =>
      findCli({ platform: LINUX, environment: { PATH: entries.join(":") }, checkout });

    it("takes the first regular executable file", async () => {
      await tool("plain", 0o644);
      await mkdir(path.join(root, "folder", "databricks"), { recursive: true });
      const first = await tool("first");
      const second = await tool("second");
      const entries = ["missing", "plain", "folder", "first", "second"].map((name) => path.join(root, name));
      assert.deepEqual(await search(...entries), { file: first, notes: [] });
      assert.equal((await search(...entries.reverse())).file, second);
    });

    it("passes over the checkout, symbolic links into it, and what is not absolute, and says so", async () => {
      const inside = await tool("checkout/bin");
      await mkdir(path.join(root, "linked"));
      await symlink(inside, path.join(root, "linked", "databricks"));
      await symlink(path.join(checkout, "bin"), path.join(root, "linked-folder"));
      const good = await tool("good");
      const found = await search(
        "",
        "bin",
        "./bin",
        path.join(checkout, "bin"),
        path.join(root, "linked"),
        path.join(root, "linked-folder"),
        path.dirname(good),
      );
      assert.equal(found.file, good);
      assert.equal(found.notes.filter((note) => note.includes("is not absolute")).length, 2);
      assert.equal(found.notes.filter((note) => note.includes("inside the checkout")).length, 3);
    });

    it("passes over a checkout that is itself reached by a symbolic link", async () => {
      const link = path.join(root, "alias");
      await symlink(checkout, link);
      await tool("checkout/bin");
      const options = { platform: LINUX, environment: { PATH: path.join(link, "bin") }, checkout: link };
      await assert.rejects(findCli(options), { code: "CLI_NOT_FOUND" });
    });

    it("takes a symbolic link that leads elsewhere, as package managers make them", async () => {
      const target = await tool("cellar");
      const link = path.join(root, "brew", "databricks");
      await mkdir(path.dirname(link));
      await symlink(target, link);
      assert.equal((await search(path.dirname(link))).file, link);
    });
  });

  it("says what was looked for, where, and what to do", async () => {
    const error: unknown = await find(LINUX, { PATH: "/a:bin:/b" }, {}, "/checkout").catch(
      (one: unknown) => one,
    );
    assert.ok(error instanceof SecretlessError);
    assert.equal(error.code, "CLI_NOT_FOUND");
    assert.match(error.details.actual ?? "", /3 folders searched; PATH entry `bin` was passed over/);
    assert.match(error.details.remedy ?? "", /Install the Databricks CLI/);
    await assert.rejects(find(LINUX, {}, {}, "/checkout"), /not found on PATH/);
  });

  it("knows no letter case of the checkout on macOS", async () => {
    const files = { "/Users/me/Repo/bin/databricks": "/Users/me/Repo/bin/databricks" };
    await assert.rejects(find(MAC, { PATH: "/Users/me/Repo/bin" }, files, "/users/me/repo"), {
      code: "CLI_NOT_FOUND",
    });
    assert.ok(await find(LINUX, { PATH: "/Users/me/Repo/bin" }, files, "/users/me/repo"));
  });

  describe("on Windows", () => {
    const exe = (file: string) => ({ [file]: file });
    const cases: [string, Record<string, string>, Record<string, string>, string | undefined][] = [
      [
        "Path in any letter case",
        { Path: "C:\\a;C:\\tools" },
        exe("C:\\tools\\databricks.exe"),
        "C:\\tools\\databricks.exe",
      ],
      [
        "quoted entries",
        { PATH: '"C:\\Program Files\\x"' },
        exe("C:\\Program Files\\x\\databricks.exe"),
        "C:\\Program Files\\x\\databricks.exe",
      ],
      ["slashes", { PATH: "C:/tools" }, exe("C:\\tools\\databricks.exe"), "C:\\tools\\databricks.exe"],
      [
        "shares",
        { PATH: "\\\\server\\share" },
        exe("\\\\server\\share\\databricks.exe"),
        "\\\\server\\share\\databricks.exe",
      ],
      [
        "no scripts, which need a shell",
        { PATH: "C:\\t", PATHEXT: ".CMD;.BAT" },
        exe("C:\\t\\databricks.cmd"),
        undefined,
      ],
      [
        "programs by PATHEXT's order",
        { PATH: "C:\\t", PATHEXT: ".COM;.EXE;.CMD" },
        { ...exe("C:\\t\\databricks.exe"), ...exe("C:\\t\\databricks.com") },
        "C:\\t\\databricks.com",
      ],
      [
        "programs, though PATHEXT names none",
        { PATH: "C:\\t", PATHEXT: ".PY" },
        exe("C:\\t\\databricks.exe"),
        "C:\\t\\databricks.exe",
      ],
      ["no file without extension", { PATH: "C:\\t" }, exe("C:\\t\\databricks"), undefined],
      ["no relative entry", { PATH: "tools;.;" }, exe("tools\\databricks.exe"), undefined],
      ["no entry that depends on the drive", { PATH: "\\tools" }, exe("\\tools\\databricks.exe"), undefined],
      [
        "no entry that depends on the drive's folder",
        { PATH: "C:tools" },
        exe("C:tools\\databricks.exe"),
        undefined,
      ],
      [
        "not in the checkout, in any letter case",
        { PATH: "d:\\A\\1\\S\\bin" },
        exe("d:\\A\\1\\S\\bin\\databricks.exe"),
        undefined,
      ],
      [
        "no link into the checkout",
        { PATH: "C:\\t" },
        { "C:\\t\\databricks.exe": "D:\\a\\1\\s\\x.exe" },
        undefined,
      ],
      [
        "a folder whose name begins like the checkout's",
        { PATH: "D:\\a\\1\\s2" },
        exe("D:\\a\\1\\s2\\databricks.exe"),
        "D:\\a\\1\\s2\\databricks.exe",
      ],
      [
        "a folder beside the checkout whose name begins with dots",
        { PATH: "D:\\a\\1\\..t" },
        exe("D:\\a\\1\\..t\\databricks.exe"),
        "D:\\a\\1\\..t\\databricks.exe",
      ],
    ];
    for (const [name, environment, files, expected] of cases) {
      it(`takes ${name}`, async () => {
        const found = find(WINDOWS, environment, files, "D:\\a\\1\\s");
        if (expected === undefined) await assert.rejects(found, { code: "CLI_NOT_FOUND" });
        else assert.equal((await found).file, expected);
      });
    }
  });
});

describe("isInside", () => {
  const segment = fc.stringMatching(/^[a-z.]{1,4}$/).filter((text) => text !== "." && text !== "..");
  for (const [platform, paths, root] of [
    [LINUX, path.posix, "/"],
    [WINDOWS, path.win32, "C:\\"],
  ] as const) {
    it(`holds of exactly what is below the folder (${platform.os})`, () => {
      fc.assert(
        fc.property(
          fc.array(segment, { maxLength: 4 }),
          fc.array(segment, { maxLength: 4 }),
          (folder, file) => {
            const below = folder.every((name, index) => file[index] === name);
            assert.equal(isInside(paths.join(root, ...file), paths.join(root, ...folder), platform), below);
          },
        ),
      );
    });
  }
  it("knows other drives", () => {
    assert.equal(isInside("D:\\x", "C:\\", WINDOWS), false);
  });
});

describe("variable", () => {
  it("knows letter case except on Windows", () => {
    assert.equal(variable({ Path: "x" }, "PATH", WINDOWS), "x");
    assert.equal(variable({ Path: "x" }, "PATH", LINUX), undefined);
    assert.equal(variable({ PATH: "x" }, "PATH", LINUX), "x");
    assert.equal(variable({}, "PATH", WINDOWS), undefined);
  });
});
