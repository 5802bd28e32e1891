import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { installStandIn } from "../../../sandbox/cli/install.ts";
import { VERSION } from "../../../sandbox/cli/version.ts";
import { JOB, oneJob } from "./bundles.ts";
import { HELD_TO } from "./real-cli.ts";
import { Rig, type BundleFiles } from "./rig.ts";

const PLAN = "bundle plan -o json";

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
    const program = path.join(elsewhere, "databricks");
    const { stdout, stderr } = await promisify(execFile)(program, ["version", "-o", "json"], { env: {} });
    assert.equal((JSON.parse(stdout) as { Version: string }).Version, VERSION);
    assert.ok(VERSION.startsWith(`${HELD_TO}.`) && VERSION.includes("-dev+"), VERSION);
    assert.ok(stderr.startsWith("This is a stand-in for the Databricks CLI"));
  });

  const refusals: readonly (readonly [what: string, files: BundleFiles, command: string])[] = [
    ["`bundle validate`", oneJob(), "bundle validate"],
    ["`jobs list`", oneJob(), "jobs list"],
    ["without -o json", oneJob(), "bundle plan"],
    ["'--select'", oneJob(), `${PLAN} --select j`],
    ["'--force-lock'", oneJob(), "bundle deploy --force-lock"],
    ["without --auto-approve", oneJob(), "bundle destroy"],
    ["`workspace.profile`", oneJob({ more: "workspace:\n  profile: x\n" }), PLAN],
    [
      "`targets.a.workspace.auth_type`",
      oneJob({ target: "targets:\n  a:\n    workspace:\n      auth_type: pat\n" }),
      PLAN,
    ],
    ["`artifacts`", oneJob({ more: "artifacts: {}\n" }), PLAN],
    ["`resources.pipelines`", oneJob({ job: `${JOB}  pipelines: {}\n` }), PLAN],
    ["`resources.jobs.j.permissions`", oneJob({ job: `${JOB}      permissions: []\n` }), PLAN],
    [
      "`resources.jobs.j.tasks[0].python_wheel_task`",
      oneJob({ job: JOB.replace("notebook_task", "python_wheel_task") }),
      PLAN,
    ],
    ["YAML with mistakes", oneJob({ more: "  x: [1\n" }), PLAN],
    ["include pattern", oneJob({ more: "include: ['**/*.yml']\n" }), PLAN],
    ["a bundle with .gitignore", { ...oneJob(), ".gitignore": "a\n" }, "bundle deploy"],
    ["development mode", oneJob({ target: "targets:\n  a:\n    mode: development\n" }), "bundle deploy"],
  ];
  for (const [what, files, command] of refusals) {
    it(`refuses by name: ${what}`, async () => {
      const { code, stdout, stderr } = await run(files, command);
      assert.deepEqual([code, stdout], [1, ""]);
      const refusal = /^Error: the stand-in for the Databricks CLI cannot do this: .*$/m.exec(stderr);
      assert.ok(refusal?.[0].includes(what), stderr);
    });
  }

  it("names everything that it cannot do at once", async () => {
    const files = oneJob({ more: "artifacts: {}\npermissions: []\n", job: `${JOB}      git_source: {}\n` });
    assert.equal((await run(files, PLAN)).stderr.match(/^Error: /gm)?.length, 3);
  });

  it("speaks the metadata-service protocol alone, and with this machine alone", async () => {
    const pat = await run(oneJob(), PLAN, { DATABRICKS_AUTH_TYPE: "pat" });
    assert.match(pat.stderr, /cannot do this: auth type pat/);
    const url = { DATABRICKS_METADATA_SERVICE_URL: "http://192.0.2.1/token" };
    const remote = await run(oneJob(), PLAN, url);
    assert.match(remote.stderr, /not a loopback address/);
    for (const { code, hosts, requests } of [pat, remote]) {
      assert.deepEqual([code, hosts], [1, []]);
      assert.ok(requests.every(({ path: asked }) => !asked.startsWith("/api/")));
    }
  });

  it("sends no token to a workspace that is not on this machine, even if it gets one", async () => {
    const host = "https://adb-1.2.azuredatabricks.invalid";
    rig.anyHost = true;
    const { code, hosts, stderr } = await run(oneJob({ more: `workspace:\n  host: ${host}\n` }), PLAN);
    rig.anyHost = false;
    assert.equal(code, 1);
    assert.match(stderr, /a workspace other than the sandbox/);
    assert.deepEqual([...new Set(hosts)], [host]);
  });

  it("names command, engine and auth type in the User-Agent", async () => {
    const env = { DATABRICKS_CLI_UPSTREAM: "us", GITHUB_ACTIONS: "true" };
    const { requests } = await run(oneJob(), PLAN, env);
    const { userAgent } = requests.find(({ path: asked }) => asked.endsWith("/Me"))!;
    const parts = "cmd/bundle_plan upstream/us engine/direct auth/metadata-service cicd/github".split(" ");
    for (const part of parts) assert.ok(userAgent.split(" ").includes(part), userAgent);
  });

  it("refreshes its token from half of its life on, and never after a 401", async () => {
    const slow = rig.sandbox.fault({ method: "POST", path: /import-file/, delay: 300, times: Infinity });
    rig.tokenLife = 1;
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}.txt`, "x"]));
    const long = await run({ ...oneJob(), ...many }, "bundle deploy");
    rig.tokenLife = 3600;
    slow.remove();
    assert.equal(long.code, 0, long.stderr);
    assert.ok(long.hosts.length > 2, "no refresh was seen");
    const then = { status: 401, body: { error_code: "UNAUTHENTICATED", message: "expired" } };
    const expired = rig.sandbox.fault({ path: "/api/2.2/jobs/get", then, times: Infinity });
    const result = await run(oneJob(), PLAN);
    expired.remove();
    assert.deepEqual([result.code, expired.hits, result.hosts.length], [1, 1, 2]);
  });

  it("leaves no token behind", async () => {
    const checkout = await rig.checkout(oneJob());
    const { stdout, stderr } = await rig.run(checkout, ["bundle", "deploy"]);
    const entries = await readdir(checkout, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const reads = files.map((entry) => readFile(path.join(entry.parentPath, entry.name), "utf8"));
    const all = [stdout, stderr, ...(await Promise.all(reads))].join("\n");
    assert.ok(rig.sandbox.handedOut.length > 0);
    assert.ok(rig.sandbox.handedOut.every((token) => !all.includes(token)));
  });
});
