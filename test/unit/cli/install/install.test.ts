import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { DEFAULT_CLI_VERSION } from "../../../../core/cli/install/pinned.ts";
import { failure, folders, program, releaseArchive, sha256, site, tree } from "./support/release.ts";
import { ARCHIVE, LATER, LATER_NAME, NAME, PINNED, PROGRAM, Runner, VERSION } from "./support/installer.ts";
import { servers } from "./support/transfer.ts";

const run = promisify(execFile);

describe("installCli", () => {
  const { serve } = servers();
  const folder = folders();
  let runner: Runner;
  beforeEach(async () => {
    runner = await new Runner(await folder()).prepare();
  });

  it("installs the pinned default into the tool cache, ready to run, and leaves nothing else", async () => {
    const installed = await runner.install();
    assert.deepEqual(installed, {
      file: join(runner.place(), "databricks"),
      version: DEFAULT_CLI_VERSION,
      verified: "pinned",
      from: "download",
      archiveSha256: sha256(ARCHIVE),
    });
    assert.equal((await run(installed.file)).stdout, "Databricks CLI v1.12.1\n");
    assert.equal((await stat(installed.file)).mode & 0o777, 0o755);
    assert.deepEqual(await tree(runner.toolCache), [
      "databricks-cli",
      "databricks-cli/1.12.1",
      "databricks-cli/1.12.1/x64",
      "databricks-cli/1.12.1/x64.complete",
      "databricks-cli/1.12.1/x64/databricks",
    ]);
    assert.deepEqual(await tree(runner.tempFolder), []);
    assert.deepEqual(runner.log, []);
  });

  it("finds it in the tool cache the next time, without any source", async () => {
    const first = await runner.install();
    await rm(runner.mirror, { recursive: true });
    assert.deepEqual(await runner.install(), { ...first, from: "tool cache" });
  });

  it("downloads from a mirror by URL, laid out as the release site", async () => {
    const files = site({ [`/cli/v${VERSION}/${NAME}`]: ARCHIVE });
    const { url } = await serve(files.listener);
    const installed = await runner.install({ mirror: `${url}/cli/` });
    assert.equal(installed.verified, "pinned");
    assert.deepEqual(files.requests, [`/cli/v${VERSION}/${NAME}`]);
    assert.deepEqual(await readFile(installed.file), PROGRAM);
  });

  it("installs the Windows program by its name", async () => {
    const archive = releaseArchive(PROGRAM, { name: "databricks.exe" });
    await runner.publish("databricks_cli_1.12.1_windows_arm64.zip", archive);
    const { file } = await runner.install(
      {},
      { platform: { os: "win32", arch: "arm64" }, pinned: { [VERSION]: { windows_arm64: sha256(archive) } } },
    );
    assert.equal(file, join(runner.toolCache, "databricks-cli", "1.12.1", "arm64", "databricks.exe"));
  });

  it("installs for the job alone where there is no tool cache, once for all its steps", async () => {
    const first = await runner.install({ toolCache: undefined });
    assert.equal(first.file, join(runner.place(runner.tempFolder), "databricks"));
    assert.equal((await runner.install({ toolCache: undefined })).from, "tool cache");
    assert.deepEqual(await tree(runner.toolCache), []);
  });

  for (const [title, toolCache, reason] of [
    ["is inside the checkout", (one: Runner) => join(one.checkout, "tools"), /inside the checkout/],
    ["is not absolute", () => "tools", /not an absolute path/],
  ] as const) {
    it(`does not use a tool cache that ${title}`, async () => {
      const { file } = await runner.install({ toolCache: toolCache(runner) });
      assert.equal(file, join(runner.place(runner.tempFolder), "databricks"));
      assert.match(runner.log.join("\n"), reason);
      assert.deepEqual(await tree(runner.checkout), []);
    });
  }

  it("does not use a tool cache that is a link into the checkout", async () => {
    const inside = join(runner.checkout, "tools");
    await mkdir(inside);
    await rm(runner.toolCache, { recursive: true });
    await symlink(inside, runner.toolCache);
    const { file } = await runner.install();
    assert.equal(file, join(runner.place(runner.tempFolder), "databricks"));
    assert.deepEqual(await tree(inside), []);
  });
});

describe("hash of the archive", () => {
  const { serve } = servers();
  const folder = folders();
  const later = releaseArchive(program("later"));
  let runner: Runner;
  beforeEach(async () => {
    runner = await new Runner(await folder()).prepare();
    await runner.publish(LATER_NAME, later, LATER);
  });
  const sums = (hash: string) => `${hash}  ${LATER_NAME}\n${sha256("x")}  other.zip\n`;

  it("may be given for a version that is not pinned", async () => {
    const installed = await runner.install({ version: LATER, sha256: sha256(later).toUpperCase() });
    assert.equal(installed.verified, "given hash");
    assert.equal(installed.version, LATER);
  });

  it("is that of the release's SHA256SUMS otherwise, and is called not pinned, also from the tool cache", async () => {
    await runner.publish(`databricks_cli_${LATER}_SHA256SUMS`, sums(sha256(later)), LATER);
    assert.equal((await runner.install({ version: LATER })).verified, "SHA256SUMS (not pinned)");
    const again = await runner.install({ version: LATER });
    assert.equal(again.verified, "SHA256SUMS (not pinned)");
    assert.equal(again.from, "tool cache");
  });

  it("is that of SHA256SUMS from the mirror by URL, too", async () => {
    const files = site({
      [`/v${LATER}/databricks_cli_${LATER}_SHA256SUMS`]: sums(sha256(later)),
      [`/v${LATER}/${LATER_NAME}`]: later,
    });
    const { url } = await serve(files.listener);
    assert.equal((await runner.install({ version: LATER, mirror: url })).verified, "SHA256SUMS (not pinned)");
    assert.equal(files.requests.length, 2);
  });

  for (const [title, text, actual] of [
    ["has no line for the archive", `${sha256("x")}  other.zip\n`, /1 other files/],
    [
      "is a web page",
      "<!DOCTYPE html><html><title>Sign in</title></html>",
      /a web page with the title "Sign in"/,
    ],
    ["is empty", "", /0 other files/],
    ["is something else", "hello", /something else/],
  ] as const) {
    it(`is not known if SHA256SUMS ${title}`, async () => {
      await runner.publish(`databricks_cli_${LATER}_SHA256SUMS`, text, LATER);
      const error = await failure(runner.install({ version: LATER }), "CLI_DOWNLOAD_FAILED");
      assert.match(error.details.actual ?? "", actual);
      assert.match(error.details.remedy ?? "", /cli-sha256/);
    });
  }

  it("is not taken from a mirror inside the checkout, which a pull request can change", async () => {
    const mirror = join(runner.checkout, "mirror");
    await runner.publish(`databricks_cli_${LATER}_SHA256SUMS`, sums(sha256(later)), LATER, mirror);
    await runner.publish(LATER_NAME, later, LATER, mirror);
    const error = await failure(runner.install({ version: LATER, mirror }), "INPUT_INVALID");
    assert.match(error.message, /inside the checkout/);
    const given = await runner.install({ version: LATER, mirror, sha256: sha256(later) });
    assert.equal(given.verified, "given hash");
  });

  it("may not contradict what is pinned", async () => {
    const error = await failure(runner.install({ sha256: sha256("x") }), "INPUT_INVALID");
    assert.equal(error.details.expected, sha256(ARCHIVE));
    assert.equal((await runner.install({ sha256: sha256(ARCHIVE) })).verified, "pinned");
  });

  it("decides whether what is cached can be used", async () => {
    await runner.install({ version: LATER, sha256: sha256(later) });
    const other = releaseArchive(program("changed"));
    await runner.publish(LATER_NAME, other, LATER);
    const changed = await runner.install({ version: LATER, sha256: sha256(other) });
    assert.equal(changed.from, "download");
    assert.equal((await run(changed.file)).stdout, "changed\n");
    assert.deepEqual(runner.log, []);
  });

  const wrong: readonly (readonly [string, RegExp, Parameters<Runner["install"]>[0]])[] = [
    ["pinned", /pinned in this product/, {}],
    ["given", /given as `cli-sha256`/, { version: LATER, sha256: sha256("x") }],
  ];
  for (const [title, origin, options] of wrong) {
    it(`refuses an archive with another hash than the ${title} one, and leaves nothing`, async () => {
      await runner.publish(NAME, releaseArchive(program("evil")));
      const error = await failure(runner.install(options), "CLI_HASH_MISMATCH");
      assert.match(error.details.expected ?? "", origin);
      assert.deepEqual(await tree(runner.toolCache), []);
      assert.deepEqual(await tree(runner.tempFolder), []);
    });
  }

  it("refuses an archive that SHA256SUMS does not fit", async () => {
    await runner.publish(`databricks_cli_${LATER}_SHA256SUMS`, sums(sha256("x")), LATER);
    const error = await failure(runner.install({ version: LATER }), "CLI_HASH_MISMATCH");
    assert.match(error.details.remedy ?? "", /SHA256SUMS do not belong together/);
  });

  it("does not excuse an archive that plays tricks", async () => {
    const evil = releaseArchive(PROGRAM, { mode: 0o120777 });
    await runner.publish(NAME, evil);
    await failure(
      runner.install({}, { pinned: { ...PINNED, [VERSION]: { linux_amd64: sha256(evil) } } }),
      "CLI_ARCHIVE_REFUSED",
    );
    assert.deepEqual(await tree(runner.toolCache), ["databricks-cli", "databricks-cli/1.12.1"]);
    assert.deepEqual(await tree(runner.tempFolder), []);
  });

  for (const options of [{ version: "1.9" }, { mirror: "ftp://x" }, { version: LATER, sha256: "x" }]) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      await failure(runner.install(options), "INPUT_INVALID");
    });
  }

  it("is kept beside the cached program", async () => {
    await writeFile(join(runner.tempFolder, "unrelated"), "");
    await runner.install();
    assert.deepEqual(JSON.parse(await readFile(`${runner.place()}.complete`, "utf8")), {
      archiveSha256: sha256(ARCHIVE),
      programSha256: sha256(PROGRAM),
    });
    assert.deepEqual(await tree(runner.tempFolder), ["unrelated"]);
  });
});
