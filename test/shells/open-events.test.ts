import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { sample } from "../unit/support/sample.ts";
import { codeOf } from "./support/results.ts";

const EVENTS = ["pull_request_target", "workflow_run", "issue_comment", "issues", "an_event_of_tomorrow"];
const FOREIGN = "f".repeat(40);

describe("events that anybody can cause", () => {
  let job: GitHubJob;
  beforeEach(async () => {
    job = await startGitHubJob();
  });
  afterEach(() => job.stop());

  /** The event as environment and token say it. */
  function event(name: string, inToken = name): { readonly env: Record<string, string> } {
    job.sandbox.github.claims = { ...job.sandbox.github.claims, event_name: inToken };
    return { env: { GITHUB_EVENT_NAME: name } };
  }
  const checkOut = (commit: string, folder = "."): Promise<void> =>
    mkdir(path.join(job.checkout, folder, ".git"), { recursive: true }).then(() =>
      writeFile(path.join(job.checkout, folder, ".git/HEAD"), `${commit}\n`),
    );
  const exchanges = (): number =>
    job.sandbox.requests.filter(({ path: route }) => route.endsWith("/v1/token")).length;

  for (const name of sample(EVENTS, 2)) {
    it(`${name}: no command for another commit, and no request`, async () => {
      await checkOut(FOREIGN);
      for (const command of ["plan", "deploy", "run", "destroy"]) {
        const inputs = { command, resource: "orders_daily", "auto-approve": "true" };
        const result = await job.step(inputs, event(name));
        assert.equal(codeOf(result), "EVENT_NOT_TRUSTED", result.log);
        assert.match(result.log, /anybody can cause the event|is refused under the event/);
      }
      assert.equal(job.sandbox.requests.length, 0);
    });

    it(`${name}: a plan of the run's own commit`, async () => {
      const result = await job.step({ command: "plan" }, event(name));
      assert.equal(result.exitCode, 0, result.log);
    });
  }

  it("is told by the token, whatever the environment says: nothing is exchanged", async () => {
    await checkOut(FOREIGN);
    const result = await job.step({ command: "plan" }, event("push", "issue_comment"));
    assert.equal(codeOf(result), "EVENT_NOT_TRUSTED", result.log);
    assert.equal(exchanges(), 0);
  });

  it("looks at the repository that holds the bundle, too", async () => {
    await cp(job.checkout, path.join(job.checkout, "theirs"), {
      recursive: true,
      filter: (file) => !file.includes("theirs"),
    }).catch(() => undefined);
    await mkdir(path.join(job.checkout, "theirs"), { recursive: true });
    await checkOut(FOREIGN, "theirs");
    const result = await job.step({ command: "plan", "bundle-root": "theirs" }, event("issue_comment"));
    assert.equal(codeOf(result), "EVENT_NOT_TRUSTED", result.log);
  });

  it("refuses a folder of which nobody knows the commit", async () => {
    await writeFile(path.join(job.checkout, ".git/HEAD"), "ref: refs/heads/nowhere\n");
    const result = await job.step({ command: "plan" }, event("workflow_run"));
    assert.equal(codeOf(result), "EVENT_NOT_TRUSTED", result.log);
  });

  it("lets those through that only people with write access can cause", async () => {
    await checkOut(FOREIGN);
    for (const name of ["push", "workflow_dispatch", "schedule", "release"]) {
      const result = await job.step({ command: "plan" }, event(name));
      assert.equal(result.exitCode, 0, result.log);
    }
  });

  it("mints no ID token for an audience that a host chooses", async () => {
    const config = { token_federation_default_oidc_audiences: ["sts.amazonaws.com"], workspace_id: "1" };
    job.sandbox.fault({
      system: "workspace",
      path: /databricks-config$/,
      then: { status: 200, body: config },
    });
    const result = await job.step();
    assert.equal(codeOf(result), "AUDIENCE_NOT_APPROVED", result.log);
    assert.equal(exchanges(), 0);
    const asked = job.sandbox.requests.filter(({ system }) => system === "github");
    assert.ok(asked.every(({ query }) => query["audience"] !== "sts.amazonaws.com"));
  });
});
