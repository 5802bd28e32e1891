import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "./support/results.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { leftIn } from "./support/files.ts";

describe("the first day with the built action", () => {
  let job: GitHubJob;
  beforeEach(async () => {
    job = await startGitHubJob();
  });
  afterEach(() => job.stop());

  async function edit(file: string, change: (text: string) => string): Promise<void> {
    const full = path.join(job.checkout, file);
    await writeFile(full, change(await readFile(full, "utf8")));
  }

  it("several bundles of a monorepo in one job, in folders with blanks and umlauts", async () => {
    const names = await readdir(job.checkout);
    for (const folder of ["bundles/erste Bündel", "bundles/zwei"]) {
      await mkdir(path.join(job.checkout, folder), { recursive: true });
      for (const name of names.filter((one) => one !== ".git" && one !== "bundles")) {
        await cp(path.join(job.checkout, name), path.join(job.checkout, folder, name), { recursive: true });
      }
    }
    for (const name of names.filter((one) => one !== ".git"))
      await rm(path.join(job.checkout, name), { recursive: true });
    await edit("bundles/zwei/databricks.yml", (text) => text.replace("name: lakehouse-jobs", "name: second"));
    await edit("bundles/zwei/resources/orders.yml", (text) => text.replace("name: orders", "name: orders2"));
    const first = await job.step({ "bundle-root": "bundles/erste Bündel" });
    const second = await job.step({ "bundle-root": "bundles/zwei" }, { temp: first.temp });
    assert.deepEqual([first.exitCode, second.exitCode], [0, 0], first.log + second.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 6);
    assert.deepEqual(leftIn(first.temp), []);
    assert.notEqual(first.state["folder"], second.state["folder"]);
  });

  it("targets of a matrix at once, each with its own state", async () => {
    await edit(
      "databricks.yml",
      (text) => `${text}\n  staging:\n    workspace:\n      root_path: /Workspace/Shared/staging\n`,
    );
    await edit("resources/orders.yml", (text) =>
      text.replace("name: orders", "name: orders_${bundle.target}"),
    );
    const [prod, staging] = await Promise.all([job.step(), job.step({ target: "staging" })]);
    assert.deepEqual([prod.exitCode, staging.exitCode], [0, 0], prod.log + staging.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 6);
  });

  it("a variable of 10,000 characters with everything that breaks shells", async () => {
    const piece = "ä \"quoted\" 'single' $HOME `x` %PATH% ; & | \\ = ,";
    const value = piece.repeat(300).slice(0, 10_000);
    await edit("databricks.yml", (text) =>
      text.replace("variables:", "variables:\n  note:\n    default: none"),
    );
    await edit("resources/orders.yml", (text) =>
      text.replace("name: ingest-orders", "name: ingest-orders\n      description: ${var.note}"),
    );
    const result = await job.step({ variables: `note=${value}` });
    assert.equal(result.exitCode, 0, result.log);
    const described = [...job.sandbox.workspace.jobs.all.values()].map(
      ({ settings }) => (settings as { description?: string }).description,
    );
    assert.ok(described.includes(value));
  });

  it("a self-hosted runner with leftovers of an earlier run", async () => {
    const temp = path.join(job.checkout, "..", `${path.basename(job.checkout)}-temp`);
    await mkdir(path.join(temp, "databricks-secretless-old/state"), { recursive: true });
    await writeFile(path.join(temp, "databricks-secretless-old/state/resources.json"), "not JSON");
    await mkdir(path.join(job.env["HOME"] ?? "", ".databricks"), { recursive: true });
    await writeFile(
      path.join(job.env["HOME"] ?? "", ".databrickscfg"),
      "[DEFAULT]\nhost = https://other.example.com\ntoken = dapi0\n",
    );
    const result = await job.step({}, { temp });
    assert.equal(result.exitCode, 0, result.log);
    assert.deepEqual(leftIn(temp), ["databricks-secretless-old"]);
  });

  it("pass-env gives the build what it needs, and nothing else", async () => {
    // Not in the checkout: the file holds the address of the token service, and the scan would find that.
    const dump = path.join(await job.freshFolder("dump"), "build-environment.json");
    const script = `require("node:fs").writeFileSync(process.env.DUMP, JSON.stringify(process.env))`;
    await edit(
      "databricks.yml",
      (text) =>
        `${text}\nartifacts:\n  nothing:\n    build: node -e '${script}'\n    path: .\n    files: []\n`,
    );
    const env = { DUMP: dump, UV_INDEX_URL: "https://packages.example.com/simple", NOT_PASSED: "x" };
    const refused = await job.step({ "pass-env": "DUMP\nDATABRICKS_TOKEN\nACTIONS_RUNTIME_TOKEN" }, { env });
    assert.equal(codeOf(refused), "INPUT_INVALID", refused.log);
    if (job.cli.kind === "stand-in") return;
    const result = await job.step({ command: "plan", "pass-env": "DUMP\nUV_INDEX_URL" }, { env });
    assert.equal(result.exitCode, 0, result.log);
    const seen = JSON.parse(await readFile(dump, "utf8")) as Record<string, string>;
    assert.equal(seen["UV_INDEX_URL"], env.UV_INDEX_URL);
    for (const name of [
      "NOT_PASSED",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "ACTIONS_RUNTIME_TOKEN",
      "RUNNER_TRACKING_ID",
    ]) {
      assert.equal(seen[name], undefined, name);
    }
  });

  it("no bundle.target: the bundle's own default", async () => {
    // The stand-in knows no development mode.
    if (job.cli.kind === "stand-in")
      await edit("databricks.yml", (text) =>
        text.replace("default: true", "default: false").replace("mode: production", "default: true"),
      );
    const result = await job.step({ target: "", command: "plan" });
    assert.equal(result.exitCode, 0, result.log);
  });
});
