import assert from "node:assert/strict";
import { readFile, readdir, writeFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { ACCOUNT_ID, DEPLOYER, PLANNER, WORKSPACE_ID } from "../../sandbox/defaults.ts";
import { textOf } from "../../sandbox/http/json.ts";
import { startGitHubJob, type GitHubJob, type GitHubJobOptions } from "../../sandbox/runner/github-job.ts";
import { leftIn } from "./support/files.ts";
import { codeOf, errorOf } from "./support/results.ts";

function writesTo(job: GitHubJob, since = 0): string[] {
  return job.sandbox.requests
    .slice(since)
    .filter(
      ({ system, method, path: route }) =>
        system === "workspace" && method !== "GET" && !route.endsWith("/v1/token"),
    )
    .map(({ method, path: route }) => `${method} ${route}`);
}

async function edit(job: GitHubJob, file: string, change: (text: string) => string): Promise<void> {
  const full = path.join(job.checkout, file);
  const before = await readFile(full, "utf8");
  const after = change(before);
  assert.notEqual(after, before, "the edit changes nothing");
  await writeFile(full, after);
}

describe("the built action on GitHub", () => {
  let job: GitHubJob;
  const start = async (options: GitHubJobOptions = {}): Promise<void> => {
    job = await startGitHubJob(options);
  };
  afterEach(() => job.stop());

  it("deploys a bundle, shows it, and finds nothing to do the second time", async () => {
    await start();
    const first = await job.step();
    assert.equal(first.exitCode, 0, first.log);
    assert.equal(first.postExitCode, 0);
    assert.equal(first.outputs["principal"], DEPLOYER.applicationId);
    assert.equal(first.outputs["workspace-url"], job.sandbox.workspace.host);
    const jobs = JSON.parse(first.outputs["jobs"] ?? "") as Record<string, { id: string; url: string }>;
    assert.deepEqual(Object.keys(jobs).sort(), ["count_orders", "ingest_orders", "nightly"]);
    const ids = [...job.sandbox.workspace.jobs.all.keys()].map(String).sort();
    assert.deepEqual(
      Object.values(jobs)
        .map(({ id }) => id)
        .sort(),
      ids,
    );
    for (const text of [
      DEPLOYER.displayName,
      "repo&#58;example-org/lake&#58;environment&#58;prod",
      "jobs&#46;nightly",
    ]) {
      assert.ok(first.summary.includes(text), `${text} is not in\n${first.summary}`);
    }

    // A bundle without access pays one look at the records, and has a row for what the run has found.
    const forAccess = job.sandbox.requests.filter(
      ({ userAgent, path: route, query, body }) =>
        !userAgent.includes("cli/") &&
        /databricks-secretless\/access|access\.json|unity-catalog|\/accounts\/|rule-sets|token-management/.test(
          JSON.stringify([route, query, body]),
        ),
    );
    assert.ok(forAccess.length <= 1, JSON.stringify(forAccess.map(({ path: route }) => route)));
    for (const item of ["NHI2", "NHI3", "NHI4", "NHI6", "PR.AA-03"])
      assert.ok(first.summary.replaceAll("&#46;", ".").replaceAll("&#45;", "-").includes(item), item);

    const since = job.sandbox.requests.length;
    const second = await job.step({ command: "plan" });
    assert.equal(second.exitCode, 0, second.log);
    assert.deepEqual((JSON.parse(second.outputs["plan"] ?? "") as { changes: unknown[] }).changes, []);
    assert.deepEqual(writesTo(job, since), []);
  });

  it("leaves nothing in the checkout or the temporary folder", async () => {
    await start();
    const before = (await readdir(job.checkout, { recursive: true })).sort();
    const result = await job.step();
    assert.equal(result.exitCode, 0, result.log);
    assert.deepEqual((await readdir(job.checkout, { recursive: true })).sort(), before);
    assert.deepEqual(leftIn(result.temp), []);
  });

  it("does not use a .databricks folder that came with the checkout", async () => {
    await start();
    const state = path.join(job.checkout, ".databricks/bundle/prod");
    await mkdir(state, { recursive: true });
    await writeFile(path.join(state, "resources.json"), "not JSON: whoever reads this fails");
    const result = await job.step();
    assert.equal(result.exitCode, 0, result.log);
  });

  it("reports all wrong inputs at once, before any request", async () => {
    await start();
    const result = await job.step({
      host: "http://example.com",
      "client-id": "lake-deployer",
      timeout: "soon",
    });
    assert.equal(result.exitCode, 1);
    assert.equal(codeOf(result), "INPUT_INVALID");
    for (const name of ["host", "client-id", "timeout"])
      assert.match(result.log, new RegExp(`Input \`${name}\``));
    assert.equal(job.sandbox.requests.length, 0);
  });

  it("tells a missing permission from a fork's pull request", async () => {
    await start();
    const none = { ACTIONS_ID_TOKEN_REQUEST_URL: undefined, ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined };
    const missing = await job.step({}, { env: none });
    assert.equal(codeOf(missing), "ID_TOKEN_PERMISSION_MISSING");
    assert.match(errorOf(missing), /id-token: write/);

    const event = path.join(job.checkout, "event.json");
    const repo = (name: string): object => ({ repo: { full_name: name } });
    const payload = { pull_request: { head: repo("somebody/lake"), base: repo("example-org/lake") } };
    await writeFile(event, JSON.stringify(payload));
    const env = { ...none, GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: event };
    assert.equal(codeOf(await job.step({ command: "plan" }, { env })), "ID_TOKEN_FORK");
  });

  it("refuses to deploy under pull_request_target, and plans", async () => {
    await start();
    const env = { GITHUB_EVENT_NAME: "pull_request_target" };
    assert.equal(codeOf(await job.step({}, { env })), "EVENT_NOT_TRUSTED");
    assert.equal(job.sandbox.requests.length, 0);
    assert.equal((await job.step({ command: "plan" }, { env })).exitCode, 0);
  });

  it("believes the claim of the ID token about the event, too", async () => {
    await start();
    job.sandbox.github.claims = { ...job.sandbox.github.claims, event_name: "pull_request_target" };
    assert.equal(codeOf(await job.step()), "EVENT_NOT_TRUSTED");
    assert.deepEqual(writesTo(job), []);
  });

  it("shows a checked-out commit that is not the commit of the token", async () => {
    await start();
    await writeFile(path.join(job.checkout, ".git/HEAD"), `${"b".repeat(40)}\n`);
    const result = await job.step({ command: "plan" });
    assert.equal(result.exitCode, 0, result.log);
    assert.match(result.summary, /Commit checked out.*b{40}/);
  });

  it("accepts the immutable subject of new repositories and issuers of GitHub Enterprise Server", async () => {
    await start({ event: { subjectFormat: "immutable" }, issuerPath: "/_services/token" });
    const { github, account } = job.sandbox;
    const refused = await job.step({ command: "plan" });
    assert.equal(codeOf(refused), "EXCHANGE_REFUSED");
    const oidc = { issuer: github.issuer, audiences: [ACCOUNT_ID], subject: textOf(github.claims["sub"]) };
    account.addFederationPolicy(DEPLOYER.applicationId, { oidc });
    const result = await job.step({ command: "plan", audience: ACCOUNT_ID });
    assert.equal(result.exitCode, 0, result.log);
  });

  it("stops at another principal, workspace or account than was asked for", async () => {
    await start();
    const other = { "workspace-id": "1", "account-id": PLANNER.applicationId };
    assert.equal(codeOf(await job.step({ "workspace-id": other["workspace-id"] })), "WRONG_WORKSPACE");
    assert.equal(codeOf(await job.step({ "account-id": other["account-id"] })), "WRONG_ACCOUNT");
    assert.equal(codeOf(await job.step({ "client-id": PLANNER.applicationId })), "EXCHANGE_REFUSED");
    assert.deepEqual(writesTo(job), []);
    const right = await job.step({ command: "plan", "workspace-id": WORKSPACE_ID, "account-id": ACCOUNT_ID });
    assert.equal(right.exitCode, 0, right.log);
  });

  it("asks before it deletes or recreates, jobs included", async () => {
    await start();
    assert.equal((await job.step()).exitCode, 0);
    await edit(job, "resources/orders.yml", (text) => text.replace(/^ {4}nightly:\n(?: {6}.*\n|\n)+/m, ""));
    const since = job.sandbox.requests.length;
    const refused = await job.step();
    assert.equal(codeOf(refused), "DESTRUCTIVE_PLAN", refused.log);
    assert.match(errorOf(refused), /delete jobs\.nightly/);
    assert.deepEqual(writesTo(job, since), []);
    assert.equal((await job.step({ command: "plan" })).exitCode, 0);
    const approved = await job.step({ "auto-approve": "true" });
    assert.equal(approved.exitCode, 0, approved.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 2);
  });

  describe("with a bundle that is not right", () => {
    for (const [what, file, change, code] of [
      ["YAML that cannot be read", "databricks.yml", (text: string) => `${text}\n  : [`, "BUNDLE_INVALID"],
      [
        "a key used twice",
        "resources/orders.yml",
        (text: string) => text.replace("    orders:", "    nightly:"),
        "BUNDLE_INVALID",
      ],
      [
        "another workspace",
        "databricks.yml",
        (text: string) => text.replace("root_path:", "host: https://example.com\n      root_path:"),
        "HOST_NOT_APPROVED",
      ],
      [
        "a profile",
        "databricks.yml",
        (text: string) => text.replace("root_path:", "profile: mine\n      root_path:"),
        "CREDENTIAL_IN_BUNDLE",
      ],
      [
        "an auth type",
        "databricks.yml",
        (text: string) => text.replace("root_path:", "auth_type: github-oidc\n      root_path:"),
        "CREDENTIAL_IN_BUNDLE",
      ],
    ] as const) {
      it(`${what}: ${code}, with the line, and nothing is changed`, async function () {
        await start();
        await edit(job, file, change);
        if (what === "a key used twice" && job.cli.kind === "stand-in") this.skip();
        const result = await job.step();
        assert.equal(result.exitCode, 1);
        assert.equal(codeOf(result), code, result.log);
        const placed = result.annotations.find(({ properties }) => properties["file"] === file);
        assert.match(placed?.properties["line"] ?? "", /^\d+$/, result.log);
        assert.deepEqual(writesTo(job), []);
      });
    }

    it("no databricks.yml, an unknown target", async () => {
      await start();
      assert.equal(codeOf(await job.step({ "bundle-root": "src" })), "BUNDLE_NOT_FOUND");
      assert.equal(codeOf(await job.step({ target: "production" })), "BUNDLE_INVALID");
      assert.deepEqual(writesTo(job), []);
    });

    it("the workspaces of other targets are not judged", async () => {
      await start();
      await edit(job, "databricks.yml", (text) =>
        text.replace("default: true", "default: true\n    workspace:\n      host: https://example.com"),
      );
      const result = await job.step({ command: "plan" });
      assert.equal(result.exitCode, 0, result.log);
    });
  });
});
