import assert from "node:assert/strict";
import { mkdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemFiles } from "../../../../core/cli/install/files.ts";
import { failure, folders, releaseArchive, sha256, tree } from "./support/release.ts";
import { ARCHIVE, broken, full, NAME, PROGRAM, Runner, VERSION } from "./support/installer.ts";

describe("tool cache", () => {
  const folder = folders();
  let runner: Runner;
  let program: string;
  let marker: string;
  beforeEach(async () => {
    runner = await new Runner(await folder()).prepare();
    program = join(runner.place(), "databricks");
    marker = `${runner.place()}.complete`;
  });
  const inTemp = () => join(runner.place(runner.tempFolder), "databricks");

  /** Something at the program's place, and perhaps a marker. */
  async function leave(content: Buffer | string, record?: string): Promise<void> {
    await mkdir(runner.place(), { recursive: true });
    await writeFile(program, content);
    if (record !== undefined) await writeFile(marker, record);
  }

  it("replaces a program that was changed after it was installed, and says so", async () => {
    await runner.install();
    await writeFile(program, "#!/bin/sh\necho evil\n");
    const installed = await runner.install();
    assert.equal(installed.from, "download");
    assert.deepEqual(await readFile(program), PROGRAM);
    assert.match(runner.log.join("\n"), /has changed since it was installed; it is replaced/);
  });

  it("replaces a program that has become a link", async () => {
    await runner.install();
    await rm(program);
    await writeFile(join(runner.checkout, "databricks"), PROGRAM);
    await symlink(join(runner.checkout, "databricks"), program);
    assert.equal((await runner.install()).from, "download");
    assert.deepEqual(await readFile(program), PROGRAM);
    assert.ok((await systemFiles.lstat(program)).isFile());
  });

  it("replaces a program that is gone", async () => {
    await runner.install();
    await rm(program);
    assert.equal((await runner.install()).from, "download");
    assert.deepEqual(await readFile(program), PROGRAM);
  });

  it("completes what an ended job left without a marker", async () => {
    await leave(PROGRAM.subarray(0, 5));
    assert.equal((await runner.install()).from, "download");
    assert.deepEqual(await readFile(program), PROGRAM);
    assert.equal((await runner.install()).from, "tool cache");
  });

  it("does not touch a program that is the same already, for others may be running it", async () => {
    await leave(PROGRAM);
    const { ino } = await stat(program);
    assert.equal((await runner.install()).file, program);
    assert.equal((await stat(program)).ino, ino);
    assert.equal((await runner.install()).from, "tool cache");
  });

  for (const [title, record] of [
    ["an empty marker, as actions/tool-cache writes it", ""],
    ["a marker of something else", `{"archiveSha256": 1, "programSha256": "x"}`],
    ["a marker that is JSON and nothing", "null"],
  ] as const) {
    it(`leaves alone what others installed with ${title}`, async () => {
      await leave("theirs", record);
      const installed = await runner.install();
      assert.equal(installed.file, inTemp());
      assert.equal(await readFile(program, "utf8"), "theirs");
      assert.equal(await readFile(marker, "utf8"), record);
      assert.match(runner.log.join("\n"), /another program has put something else there/);
    });

    it(`adopts the very same program with ${title}`, async () => {
      await leave(PROGRAM, record);
      assert.equal((await runner.install()).file, program);
      assert.equal((await runner.install()).from, "tool cache");
    });
  }

  it("removes what killed jobs left long ago, and nothing that is in use", async () => {
    const parent = join(runner.toolCache, "databricks-cli", "1.12.1");
    const old = join(parent, ".unpacking-old");
    const recent = join(parent, ".unpacking-recent");
    for (const one of [old, recent, join(parent, "unrelated")]) await mkdir(one, { recursive: true });
    await writeFile(join(old, "program"), "half");
    await runner.install();
    await utimes(old, new Date(0), new Date(0));
    assert.equal((await runner.install()).from, "tool cache");
    assert.deepEqual(
      (await tree(parent)).filter((name) => !name.startsWith("x64")),
      [".unpacking-recent", "unrelated"],
    );
  });

  it("works although old leftovers cannot be removed", async () => {
    const old = join(runner.toolCache, "databricks-cli", "1.12.1", ".unpacking-old");
    await mkdir(old, { recursive: true });
    await utimes(old, new Date(0), new Date(0));
    const files = broken(systemFiles, "rm", old, "EACCES");
    assert.equal((await runner.install({}, { files })).file, program);
  });

  const faults: readonly (readonly [string, Parameters<typeof broken>[1], string, RegExp])[] = [
    ["is read-only", "mkdir", "EROFS", /it is read-only \(EROFS\)/],
    ["belongs to another user", "mkdir", "EACCES", /it may not be written to \(EACCES\)/],
    ["is in use by a running program (Windows)", "rename", "EPERM", /it may not be written to \(EPERM\)/],
    ["is in use by a scanner (Windows)", "rename", "EBUSY", /in use \(EBUSY\)/],
  ];
  for (const [title, operation, code, reason] of faults) {
    it(`gives way to the job's temporary folder if it ${title}`, async () => {
      const files = broken(systemFiles, operation, runner.toolCache, code);
      const installed = await runner.install({}, { files });
      assert.equal(installed.file, inTemp());
      assert.match(runner.log.join("\n"), reason);
      assert.deepEqual(
        (await tree(runner.toolCache)).filter((name) => name.includes("unpacking")),
        [],
      );
    });
  }

  it("gives way to the job's temporary folder if its disk is full, and leaves nothing half-written", async () => {
    const files = full(systemFiles, runner.toolCache, 10);
    const installed = await runner.install({}, { files });
    assert.equal(installed.file, inTemp());
    assert.match(runner.log.join("\n"), /the disk is full \(ENOSPC\)/);
    assert.deepEqual(await tree(runner.toolCache), ["databricks-cli", "databricks-cli/1.12.1"]);
  });

  it("gives way, too, when its disk is full in the middle of a large program", async () => {
    const archive = releaseArchive(Buffer.concat([PROGRAM, Buffer.alloc(2_000_000, "#")]));
    await runner.publish(NAME, archive);
    const files = full(systemFiles, runner.toolCache, 1_000_000);
    const installed = await runner.install(
      {},
      { files, pinned: { [VERSION]: { linux_amd64: sha256(archive) } } },
    );
    assert.equal(installed.file, inTemp());
    assert.match(runner.log.join("\n"), /the disk is full \(ENOSPC\)/);
  });

  it("is used when it is read-only and has the program", async () => {
    await runner.install();
    const files = broken(systemFiles, "mkdir", runner.toolCache, "EROFS");
    assert.equal((await runner.install({}, { files })).file, program);
  });

  it("cannot be used when something else is in the way of its folder", async () => {
    await writeFile(join(runner.toolCache, "databricks-cli"), "a file");
    assert.equal((await runner.install()).file, inTemp());
  });

  it("is an error when neither it nor the temporary folder can take the program", async () => {
    const files = full(systemFiles, ".unpacking-", 0);
    const error = await failure(runner.install({}, { files }), "CLI_INSTALL_FAILED");
    assert.match(
      error.details.actual ?? "",
      /tools`: the disk is full \(ENOSPC\); `.*temp`: the disk is full/,
    );
    assert.deepEqual(
      (await tree(runner.tempFolder)).filter((name) => /zip|unpacking/.test(name)),
      [],
    );
  });

  it("does not help when the temporary folder cannot even take the archive", async () => {
    const files = full(systemFiles, ".zip", 100);
    const error = await failure(runner.install({}, { files }), "CLI_INSTALL_FAILED");
    assert.match(error.details.actual ?? "", /temp`: the disk is full \(ENOSPC\)/);
    assert.deepEqual(await tree(runner.tempFolder), []);
    assert.deepEqual(await tree(runner.toolCache), []);
  });

  it("does not hide defects", async () => {
    const files = broken(systemFiles, "rename", runner.toolCache, "EWEIRD");
    await assert.rejects(runner.install({}, { files }), /EWEIRD/);
    const other = broken(systemFiles, "open", "databricks-cli-", "EWEIRD");
    await assert.rejects(runner.install({ toolCache: undefined }, { files: other }), /EWEIRD/);
  });

  it("does not fail because it cannot tidy up", async () => {
    const files = broken(systemFiles, "rm", "", "EBUSY");
    assert.equal((await runner.install({}, { files })).file, program);
  });

  it("keeps the archive's hash, so that another archive is never taken for it", async () => {
    await leave(PROGRAM, JSON.stringify({ archiveSha256: sha256("x"), programSha256: sha256(PROGRAM) }));
    assert.equal((await runner.install()).from, "download");
    const record = JSON.parse(await readFile(marker, "utf8")) as { archiveSha256: string };
    assert.equal(record.archiveSha256, sha256(ARCHIVE));
  });
});
