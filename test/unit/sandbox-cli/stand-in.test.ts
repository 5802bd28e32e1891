import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { installStandIn } from "../../../sandbox/cli/install.ts";
import { VERSION } from "../../../sandbox/cli/version.ts";
import { JOB, oneJob, twoJobs } from "./bundles.ts";
import { Rig, type BundleFiles } from "./rig.ts";

const NOTE = "This is a stand-in for the Databricks CLI";

describe("the stand-in CLI", function () {
  this.timeout(60_000);
  let rig: Rig;
  let folder = "";

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "stand-in-"));
    rig = await Rig.start(await installStandIn(folder));
  });
  after(async () => {
    await rig.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (files: BundleFiles, command: string, env: Readonly<Record<string, string>> = {}) =>
    rig.run(await rig.checkout(files), command.split(" "), env);

  it("runs without any environment, wherever it is put, and says what it is", async () => {
    const elsewhere = path.join(rig.folder, "other place");
    await cp(folder, elsewhere, { recursive: true });
    await writeFile(path.join(elsewhere, "package.json"), '{ "type": "module" }');
    const options = { env: {}, cwd: folder };
    const { stdout, stderr } = await promisify(execFile)(
      path.join(elsewhere, "databricks"),
      ["version"],
      options,
    );
    assert.equal(stdout, `Databricks CLI v${VERSION}\n`);
    assert.ok(stderr.startsWith(NOTE));
    const json = await promisify(execFile)(rig.cli, ["version", "-o", "json"], options);
    assert.equal((JSON.parse(json.stdout) as { Version: string }).Version, VERSION);
  });

  it("reads as a development build of the CLI that it is held to", () => {
    assert.match(VERSION, /^1\.13\.\d+-dev\+/);
  });

  const refusals: readonly (readonly [what: string, files: BundleFiles, command: string, place: string])[] = [
    ["an unknown command", oneJob(), "bundle validate", ""],
    ["a command outside of bundles", oneJob(), "jobs list", ""],
    ["a summary as text", oneJob(), "bundle summary", ""],
    ["an unknown flag", oneJob(), "bundle plan --select j", ""],
    ["a profile", oneJob({ more: "workspace:\n  profile: x\n" }), "bundle plan", "databricks.yml:4:3"],
    [
      "an auth type in a target",
      oneJob({ target: "targets:\n  a:\n    workspace:\n      auth_type: pat\n" }),
      "bundle plan",
      "databricks.yml:6:7",
    ],
    ["artifacts", oneJob({ more: "artifacts: {}\n" }), "bundle plan", "databricks.yml:3:1"],
    ["pipelines", oneJob({ job: `${JOB}  pipelines: {}\n` }), "bundle plan", "databricks.yml:16:3"],
    [
      "permissions of a job",
      oneJob({ job: `${JOB}      permissions: []\n` }),
      "bundle plan",
      "databricks.yml:16:7",
    ],
    [
      "a wheel task",
      oneJob({ job: JOB.replace("notebook_task", "python_wheel_task") }),
      "bundle plan",
      "databricks.yml:14:11",
    ],
    [
      "a YAML merge key",
      oneJob({ more: "variables:\n  <<: { a: { default: 1 } }\n" }),
      "bundle plan",
      "databricks.yml:4:3",
    ],
    ["a pattern over many folders", oneJob({ more: "include: ['**/*.yml']\n" }), "bundle plan", ""],
    ["an ignore pattern with a slash", { ...oneJob(), ".gitignore": "a/b\n" }, "bundle deploy", ""],
  ];
  for (const [what, files, command, place] of refusals) {
    it(`refuses ${what} and says so`, async () => {
      const { code, stdout, stderr } = await run(files, command);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, /^Error: the stand-in for the Databricks CLI cannot do this: /m);
      if (place !== "") assert.ok(stderr.includes(`  in ${place}\n`), stderr);
    });
  }

  it("names everything that it cannot do at once", async () => {
    const files = oneJob({ more: "artifacts: {}\npermissions: []\n", job: `${JOB}      git_source: {}\n` });
    const { stderr } = await run(files, "bundle plan");
    assert.equal(stderr.match(/^Error: /gm)?.length, 3);
  });

  it("speaks the metadata-service protocol alone", async () => {
    const { code, hosts, stderr } = await run(oneJob(), "bundle plan", { DATABRICKS_AUTH_TYPE: "pat" });
    assert.equal(code, 1);
    assert.deepEqual(hosts, []);
    assert.match(stderr, /auth type pat/);
  });

  it("asks no metadata service that is not on this machine", async () => {
    const { code, stderr, requests } = await run(oneJob(), "bundle plan", {
      DATABRICKS_METADATA_SERVICE_URL: "http://192.0.2.1/token",
    });
    assert.equal(code, 1);
    assert.match(stderr, /not a loopback address/);
    assert.ok(requests.every(({ path: asked }) => !asked.startsWith("/api/")));
  });

  it("sends no token to a workspace that is not on this machine, even if it gets one", async () => {
    const files = oneJob({ more: "workspace:\n  host: https://adb-1.2.azuredatabricks.invalid\n" });
    rig.anyHost = true;
    const { code, hosts, stderr } = await run(files, "bundle plan");
    rig.anyHost = false;
    assert.equal(code, 1);
    assert.match(stderr, /a workspace other than the sandbox/);
    assert.deepEqual([...new Set(hosts)], ["https://adb-1.2.azuredatabricks.invalid"]);
  });

  it("names command, engine and auth type in the User-Agent", async () => {
    const { requests } = await run(oneJob(), "bundle plan", {
      DATABRICKS_CLI_UPSTREAM: "us",
      GITHUB_ACTIONS: "true",
    });
    const { userAgent } = requests.find(({ path: asked }) => asked.endsWith("/Me"))!;
    for (const part of [
      "cmd/bundle_plan",
      "upstream/us",
      "engine/direct",
      "auth/metadata-service",
      "cicd/github",
    ]) {
      assert.ok(userAgent.includes(part), userAgent);
    }
  });

  it("refreshes its token from half of its life on, and never after a 401", async () => {
    const slow = rig.sandbox.fault({ method: "POST", path: /import-file/, delay: 300, times: Infinity });
    rig.tokenLife = 1;
    try {
      const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}.txt`, "x"]));
      const long = await run({ ...oneJob(), ...many }, "bundle deploy");
      assert.equal(long.code, 0, long.stderr);
      assert.ok(long.hosts.length > 2, "no refresh was seen");
    } finally {
      rig.tokenLife = 3600;
      slow.remove();
    }
    const expired = rig.sandbox.fault({
      path: "/api/2.2/jobs/get",
      then: { status: 401, body: { error_code: "UNAUTHENTICATED", message: "expired" } },
      times: Infinity,
    });
    const result = await run(oneJob(), "bundle plan");
    expired.remove();
    assert.equal(result.code, 1);
    assert.equal(expired.hits, 1);
    assert.equal(result.hosts.length, 2);
  });

  it("repeats what was throttled", async () => {
    const answer = {
      status: 429,
      headers: { "retry-after": "0" },
      body: { error_code: "X", message: "slow down" },
    };
    const fault = rig.sandbox.fault({ path: /\/Me$/, then: answer, times: 2 });
    const { code } = await run(oneJob(), "bundle plan");
    fault.remove();
    assert.equal(code, 0);
    assert.equal(fault.hits, 2);
  });

  it("leaves the ids of a broken deployment on disk, for the next command in that place", async () => {
    const files = twoJobs();
    const fault = rig.sandbox.fault({
      method: "POST",
      path: /state\/resources\.json/,
      then: { status: 403 },
      times: 9,
    });
    const env = { DATABRICKS_BUNDLE_TMP: path.join(folder, "broken") };
    const broken = await run(files, "bundle deploy", env);
    fault.remove();
    assert.equal(broken.code, 1);
    const summary = await run(files, "bundle summary -o json", env);
    const { resources } = JSON.parse(summary.stdout) as {
      resources: { jobs: Record<string, { id?: string }> };
    };
    assert.deepEqual(
      Object.values(resources.jobs).map(({ id }) => typeof id),
      ["string", "string"],
    );
    const plan = await run(files, "bundle plan", env);
    assert.match(plan.stdout, /^Plan: 0 to add, 0 to change, 0 to delete, 2 unchanged$/m);
  });

  it("leaves no token behind", async () => {
    const checkout = await rig.checkout(oneJob());
    const { stdout, stderr } = await rig.run(checkout, ["bundle", "deploy"]);
    const entries = await readdir(checkout, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const contents = await Promise.all(
      files.map((entry) => readFile(path.join(entry.parentPath, entry.name), "utf8")),
    );
    const all = [stdout, stderr, ...contents].join("\n");
    assert.ok(rig.sandbox.handedOut.length > 0);
    assert.ok(rig.sandbox.handedOut.every((token) => !all.includes(token)));
  });
});
