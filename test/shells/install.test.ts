import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { handingOn, publishRelease } from "./support/cli-mirror.ts";
import { codeOf } from "./support/results.ts";

const VERSION = "1.99.7";

describe("the CLI installer through the built action", function () {
  let job: GitHubJob;
  let mirror: string;
  let archive: string;
  let hash: string;
  let toolCache: string;

  const publish = async (version = VERSION): Promise<void> => {
    ({ mirror, archive, hash } = await publishRelease(VERSION, handingOn(version, job.cli), job.freshFolder));
  };
  /** No CLI on PATH but what is installed. */
  const step = (inputs: Record<string, string>): ReturnType<GitHubJob["step"]> =>
    job.step(
      { "cli-version": VERSION, "cli-mirror": mirror, "cli-sha256": hash, ...inputs },
      { env: { PATH: "/usr/bin:/bin", RUNNER_TOOL_CACHE: toolCache } },
    );
  const cached = async (): Promise<string[]> =>
    existsSync(toolCache)
      ? (await readdir(toolCache, { recursive: true })).filter((name) =>
          /databricks(?:\.exe)?$|\.complete$/.test(name),
        )
      : [];

  beforeEach(async () => {
    job = await startGitHubJob();
    toolCache = path.join(await job.freshFolder("tool-cache"), "cache");
    await publish();
  });
  afterEach(() => job.stop());

  it("installs exactly the version asked for, says how it was verified, and keeps it in the tool cache", async () => {
    const first = await step({});
    assert.equal(first.exitCode, 0, first.log);
    assert.match(first.summary, /1&#46;99&#46;7.*given hash, from download/);
    assert.equal((await cached()).length, 2);
    await writeFile(archive, "gone");
    const second = await step({ command: "plan" });
    assert.equal(second.exitCode, 0, second.log);
    assert.match(second.summary, /from tool cache/);
  });

  it("checks an unpinned version against its release's SHA256SUMS and calls it not pinned", async () => {
    await writeFile(
      path.join(path.dirname(archive), `databricks_cli_${VERSION}_SHA256SUMS`),
      `${hash}  ${path.basename(archive)}\n`,
    );
    const result = await step({ command: "plan", "cli-sha256": "" });
    assert.equal(result.exitCode, 0, result.log);
    assert.match(result.summary, /not pinned/);
  });

  it("two jobs on one runner at once do no harm to each other", async () => {
    const [one, two] = await Promise.all([step({ command: "plan" }), step({ command: "plan" })]);
    assert.deepEqual([one.exitCode, two.exitCode], [0, 0], one.log + two.log);
    assert.equal((await cached()).length, 2);
  });

  for (const [what, spoil, code] of [
    ["a wrong hash", (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("x")]), "CLI_HASH_MISMATCH"],
    ["a truncated archive", (bytes: Buffer) => bytes.subarray(0, bytes.length - 9), "CLI_HASH_MISMATCH"],
    ["an HTML page", () => Buffer.from("<html>Sign in</html>"), "CLI_DOWNLOAD_FAILED"],
  ] as const) {
    it(`refuses ${what}, and leaves nothing in the cache`, async () => {
      await writeFile(archive, spoil(await readFile(archive)));
      const before = job.sandbox.requests.length;
      const result = await step({});
      assert.equal(result.exitCode, 1);
      assert.equal(codeOf(result), code, result.log);
      assert.deepEqual(await cached(), []);
      const writes = job.sandbox.requests
        .slice(before)
        .filter(({ method, path: route }) => method !== "GET" && !route.endsWith("/token"));
      assert.deepEqual(writes, []);
    });
  }

  it("refuses an archive that holds another version than it was taken for", async () => {
    await publish("1.99.8");
    assert.equal(codeOf(await step({})), "CLI_HASH_MISMATCH");
  });

  it("says what a mirror lacks", async () => {
    assert.equal(codeOf(await step({ "cli-version": "1.99.6" })), "CLI_DOWNLOAD_FAILED");
  });

  it("uses the job's temporary folder where the tool cache cannot be written", async function () {
    if (os.userInfo().uid === 0) {
      // Root may write everywhere, but not below a file.
      await writeFile(toolCache, "");
    } else {
      await mkdir(toolCache);
      await chmod(toolCache, 0o500);
    }
    const result = await step({ command: "plan" });
    assert.equal(result.exitCode, 0, result.log);
  });
});
