import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { installStandIn } from "../../../sandbox/cli/install.ts";
import { VERSION } from "../../../sandbox/cli/version.ts";
import { JOB, oneJob } from "./bundles.ts";
import { HELD_TO } from "./recordings.ts";
import { scratchFolders } from "../support/scratch.ts";
import { Rig, type BundleFiles, type CliResult } from "./rig.ts";

const PLAN = "bundle plan -o json";
const target = (setting: string): string => `targets:\n  a:\n    ${setting}\n`;

describe("the stand-in CLI", function () {
  this.timeout(60_000);
  const freshFolder = scratchFolders();
  let rig: Rig;
  before(async () => {
    rig = await Rig.start(await installStandIn(await freshFolder("stand-in")));
  });
  after(() => rig.stop());

  const run = async (files: BundleFiles, command: string, env: Readonly<Record<string, string>> = {}) =>
    rig.run(await rig.checkout(files), command.split(" "), env);

  it("runs without any environment, wherever it is put, and says what it is", async () => {
    const elsewhere = path.join(await freshFolder("elsewhere"), "other place");
    await cp(path.dirname(rig.cli), elsewhere, { recursive: true });
    await writeFile(path.join(elsewhere, "package.json"), '{ "type": "module" }');
    const program = path.join(elsewhere, "databricks");
    const { stdout, stderr } = await promisify(execFile)(program, ["version", "-o", "json"], { env: {} });
    assert.equal((JSON.parse(stdout) as { Version: string }).Version, VERSION);
    assert.ok(VERSION.startsWith(`${HELD_TO}.`) && VERSION.includes("-dev+"), VERSION);
    assert.ok(stderr.startsWith("This is a stand-in for the Databricks CLI"));
  });

  const refusals: readonly (readonly [what: string, files: BundleFiles, command?: string])[] = [
    ["`bundle validate`", oneJob(), "bundle validate"],
    ["without -o json", oneJob(), "bundle plan"],
    ["'--force-lock'", oneJob(), "bundle deploy --force-lock"],
    ["without --auto-approve", oneJob(), "bundle destroy"],
    ["--params a=1", oneJob(), "bundle run j --params a=1"],
    ["`workspace.profile`", oneJob({ more: "workspace:\n  profile: x\n" })],
    ["`targets.a.workspace.auth_type`", oneJob({ target: target("workspace: { auth_type: pat }") })],
    ["`resources.pipelines`", oneJob({ job: `${JOB}  pipelines: {}\n` })],
    ["YAML with mistakes", oneJob({ more: "  x: [1\n" })],
    ["include pattern", oneJob({ more: "include: ['**/*.yml']\n" })],
    ["a bundle with .gitignore", { ...oneJob(), ".gitignore": "a\n" }, "bundle deploy"],
    ["development mode", oneJob({ target: target("mode: development") })],
  ];
  for (const [what, files, command = PLAN] of refusals) {
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

  it("speaks the metadata-service protocol alone, with the sandbox alone, whatever it is given", async () => {
    const host = "https://adb-1.2.azuredatabricks.invalid";
    rig.anyHost = true;
    const elsewhere = await run(oneJob({ more: `workspace:\n  host: ${host}\n` }), PLAN);
    rig.anyHost = false;
    assert.match(elsewhere.stderr, /a workspace other than the sandbox/);
    assert.deepEqual([...new Set(elsewhere.hosts)], [host]);
    const pat = await run(oneJob(), PLAN, { DATABRICKS_AUTH_TYPE: "pat" });
    assert.match(pat.stderr, /cannot do this: auth type pat/);
    const url = "http://192.0.2.1/token";
    const remote = await run(oneJob(), PLAN, { DATABRICKS_METADATA_SERVICE_URL: url });
    assert.match(remote.stderr, /not a loopback address/);
    const apiCalls = ({ requests }: CliResult) => requests.filter(({ path: asked }) => /^\/api/.test(asked));
    assert.deepEqual([elsewhere, pat, remote].flatMap(apiCalls), []);
  });

  it("asks for a new token when the old one grows old, never after a 401, and leaves none behind", async () => {
    rig.tokenLife = 0;
    const checkout = await rig.checkout(oneJob());
    const { code, stdout, stderr, hosts } = await rig.run(checkout, ["bundle", "deploy"]);
    rig.tokenLife = 3600;
    assert.equal(code, 0, stderr);
    assert.ok(hosts.length > 2, "no new token was asked for");
    const entries = await readdir(checkout, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const reads = files.map((entry) => readFile(path.join(entry.parentPath, entry.name), "utf8"));
    const all = [stdout, stderr, ...(await Promise.all(reads))].join("\n");
    assert.ok(rig.sandbox.handedOut.every((token) => !all.includes(token)));

    const then = { status: 401, body: { error_code: "UNAUTHENTICATED", message: "expired" } };
    const expired = rig.sandbox.fault({ path: "/api/2.2/jobs/get", then, times: Infinity });
    const result = await run(oneJob(), PLAN);
    expired.remove();
    assert.deepEqual([result.code, expired.hits, result.hosts.length], [1, 1, 2]);
  });
});
