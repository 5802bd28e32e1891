import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER } from "../../sandbox/defaults.ts";
import { isObject, textOf, writeJson, type Json } from "../../sandbox/http/json.ts";
import type { LoggedRequest } from "../../sandbox/http/log.ts";
import { checkoutOf } from "../../sandbox/runner/checkout.ts";
import { realCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { startSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { runCli, type CliResult } from "../unit/sandbox/cli.ts";
import { scratchFolders } from "../unit/support/scratch.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../examples/lakehouse-jobs");
const ROOT = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/lakehouse-jobs/prod`;
/** Durations, and texts that the CLI makes from the clock or at random. */
const CHANCE =
  /_ms$|^(uploadTime|AcquisitionTime|timestamp|ID|id|lineage|deployment_id|.*event_id|cmd_exec_id)$/;

const present = (await realCli()) !== undefined;

function isWrite({ system, method }: LoggedRequest): boolean {
  return system === "workspace" && method !== "GET";
}

/** A request without what no two deployments have in common: times, random ids, the port, the order of lists. */
function essence({ workspace }: Sandbox, { method, path: route, query, body }: LoggedRequest): string {
  const names = [...workspace.jobs.all.values()].map(
    ({ id, settings }) => [id, textOf(settings["name"])] as const,
  );
  const text = (value: string): string =>
    names.reduce(
      (result, [id, name]) => result.replaceAll(id, `<job ${name}>`),
      value.replaceAll(workspace.host, "<host>"),
    );
  const reduced = (value: Json | undefined, key = ""): Json => {
    if (CHANCE.test(key)) return `<${typeof value}>`;
    if (key === "subject_token") return "<ID token>";
    if (typeof value === "string") return text(value);
    if (typeof value === "number" || typeof value === "bigint") return text(String(value));
    if (Array.isArray(value)) return value.map((item: Json) => reduced(item, key)).sort(byJson);
    if (!isObject(value)) return value ?? null;
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(entries.map(([name, item]) => [text(name), reduced(item, name)]));
  };
  // Telemetry is what the CLI measured of itself, times above all.
  if (route === "/telemetry-ext") return `${method} ${route}`;
  return `${method} ${text(route)} ${writeJson(query)} ${writeJson(reduced(body))}`;
}

function byJson(one: Json, other: Json): number {
  return writeJson(one) < writeJson(other) ? -1 : 1;
}

function writes(sandbox: Sandbox, since: number): string[] {
  return sandbox.requests
    .slice(since)
    .filter(isWrite)
    .map((request) => essence(sandbox, request))
    .sort();
}

describe(`on the wire${present ? "" : " (skipped: there is no databricks on PATH)"}`, function () {
  const freshFolder = scratchFolders();
  let job: GitHubJob;
  let bare: Sandbox;
  let checkout: string;
  before(async function () {
    if (!present) this.skip();
    job = await startGitHubJob();
    bare = await startSandbox();
    checkout = await checkoutOf(EXAMPLE, textOf(bare.github.claims["sha"]), freshFolder);
  });
  after(async () => {
    if (!present) return;
    await job.stop();
    await bare.stop();
  });

  /** One command of the bare CLI, as a workflow would run it without this product. */
  async function bareBundle({ github, workspace }: Sandbox, ...args: string[]): Promise<CliResult> {
    const env = {
      DATABRICKS_HOST: workspace.host,
      DATABRICKS_AUTH_TYPE: "github-oidc",
      DATABRICKS_CLIENT_ID: DEPLOYER.applicationId,
      ACTIONS_ID_TOKEN_REQUEST_URL: github.requestUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: github.requestToken,
      DATABRICKS_BUNDLE_TMP: await freshFolder("bare-state"),
    };
    const result = await runCli(checkout, env, "bundle", ...args, "--target", "prod");
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return result;
  }

  async function edit(file: string, change: (text: string) => string): Promise<void> {
    for (const folder of [job.checkout, checkout]) {
      const full = path.join(folder, file);
      const text = await readFile(full, "utf8");
      assert.notEqual(change(text), text);
      await writeFile(full, change(text));
    }
  }

  async function plan(): Promise<{ changes: number }> {
    const since = job.sandbox.requests.length;
    const result = await job.step({ command: "plan" });
    assert.equal(result.exitCode, 0, result.log);
    const sent = writes(job.sandbox, since).filter((request) => !request.startsWith("POST /oidc/v1/token "));
    assert.deepEqual(sent, []);
    const { changes } = JSON.parse(result.outputs["plan"] ?? "") as { changes: unknown[] };
    return { changes: changes.length };
  }

  /** Deploys with both and compares. @returns how many requests wrote */
  async function compare(): Promise<number> {
    const [ours, theirs] = [job.sandbox.requests.length, bare.requests.length];
    const result = await job.step();
    assert.equal(result.exitCode, 0, result.log);
    await bareBundle(bare, "deploy");
    // Beside it, the lease that says which run is at work; it makes the folder that the bare CLI's first try for its lock lacks.
    const sent = writes(job.sandbox, ours).filter((line) => !line.includes("/databricks-secretless.lease"));
    const once = (line: string, at: number, all: readonly string[]): boolean =>
      !line.includes("/state/deploy.lock ") || line !== all[at - 1];
    assert.deepEqual(sent.filter(once), writes(bare, theirs).filter(once));
    return sent.length;
  }

  it("a first deployment writes what the bare CLI writes", async () => {
    assert.equal((await plan()).changes, 4);
    assert.ok((await compare()) > 15);
    assert.equal((await plan()).changes, 0);
  });

  it("a deployment without a change, too", async () => {
    const count = await compare();
    assert.ok(count > 0);
    assert.equal(job.sandbox.workspace.jobs.all.size, 3);
  });

  it("an update of a job and a file, too", async () => {
    await edit("resources/orders.yml", (text) => text.replace("0 30 2 * * ?", "0 45 3 * * ?"));
    await edit("src/count_orders.py", (text) => `${text}\n# one more line\n`);
    assert.equal((await plan()).changes, 1);
    await compare();
    assert.equal((await plan()).changes, 0);
  });

  it("every request of the CLI is authenticated by the token service and names this product", () => {
    const agents = job.sandbox.requests
      .filter(({ system, principal }) => system === "workspace" && principal !== undefined)
      .map(({ userAgent }) => userAgent)
      .filter((agent) => agent !== "databricks-secretless");
    assert.ok(agents.length > 50);
    const other = agents.filter(
      (agent) => !/ upstream\/databricks-secretless .* auth\/metadata-service$/.test(agent),
    );
    assert.deepEqual(other, []);
  });

  it("the bare CLI destroys what was deployed, and nothing is left", async () => {
    await bareBundle(job.sandbox, "destroy", "--auto-approve");
    const { files, jobs, unityCatalog } = job.sandbox.workspace;
    assert.deepEqual([jobs.all.size, unityCatalog.schemas.size], [0, 0]);
    assert.equal(files.get(ROOT), undefined);
  });
});
