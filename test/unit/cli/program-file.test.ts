import assert from "node:assert/strict";
import { chmod, copyFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { programMark, refuseReplaced } from "../../../core/cli/program-file.ts";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";

const LINUX = { os: "linux", arch: "x64" } as const;

describe("the CLI's file while a step uses it", () => {
  let folder = "";
  let file = "";
  let mark = "";
  beforeEach(async () => {
    folder = await freshUntilExit("program");
    file = path.join(folder, "databricks");
    await writeFile(file, "#!/bin/true\n", { mode: 0o755 });
    mark = await programMark(file, LINUX);
  });
  const refused = (): Promise<void> =>
    assert.rejects(refuseReplaced({ file, mark }, LINUX), { code: "CLI_HASH_MISMATCH" });

  it("is the same while nobody touches it, also behind a link", async () => {
    await refuseReplaced({ file, mark }, LINUX);
    const link = path.join(folder, "link");
    await symlink(file, link);
    await refuseReplaced({ file: link, mark }, LINUX);
  });

  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    "is written": () => writeFile(file, "#!/bin/sh  \n"),
    "is written, and its times set back": async () => {
      const { atime, mtime } = await stat(file);
      await writeFile(file, "#!/bin/evil\n");
      await utimes(file, atime, mtime);
    },
    "is replaced by a file of the same times": async () => {
      const { atime, mtime } = await stat(file);
      await copyFile(file, path.join(folder, "other"));
      await utimes(path.join(folder, "other"), atime, mtime);
      await rename(path.join(folder, "other"), file);
    },
    "is put aside and put back": async () => {
      await rename(file, path.join(folder, "aside"));
      await rename(path.join(folder, "aside"), file);
    },
    "gets other rights": () => chmod(file, 0o777),
    "is removed": () => rm(file),
    "is a link to another one": async () => {
      await rm(file);
      await symlink(process.execPath, file);
    },
  };
  for (const [what, change] of Object.entries(changes))
    it(`is refused where it ${what}`, async function () {
      if (process.platform === "win32") this.skip();
      // Some file systems know the time to a jiffy alone.
      const begun = (await stat(file, { bigint: true })).ctimeNs;
      const probe = path.join(folder, "probe");
      do await writeFile(probe, "");
      while ((await stat(probe, { bigint: true })).ctimeNs === begun);
      await change();
      await refused();
    });

  it("is not refused for its status on Windows, which changes it by running the file", async () => {
    const windows = { os: "win32", arch: "x64" } as const;
    mark = await programMark(file, windows);
    await chmod(file, 0o777);
    await refuseReplaced({ file, mark }, windows);
    await writeFile(file, "");
    await assert.rejects(refuseReplaced({ file, mark }, windows), { code: "CLI_HASH_MISMATCH" });
  });
});
