import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { systemClock } from "../../core/base/clock-and-platform.ts";
import { DEPLOYER } from "../../sandbox/defaults.ts";
import { Flow, plan, usualCli, type PlayCli } from "./support/flow.ts";
import { until } from "./support/until.ts";

describe("the flow of a step", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  it("plans: shows what would change and changes nothing", async () => {
    const cli = usualCli({ "jobs.nightly": "update", "jobs.other": "skip" });
    assert.equal(await flow.run({ command: "plan" }, cli), 0, flow.error);
    assert.deepEqual(flow.commands, ["version -o json", "plan -o json", "summary -o json"]);
    const wanted = { changes: [{ action: "update", resource: "jobs.nightly", fields: [] }], unchanged: 1 };
    assert.deepEqual(JSON.parse(flow.ci.outputs.get("plan") ?? ""), wanted);
    assert.match(flow.ci.log.join("\n"), /Plan: 1 to update, 1 unchanged/);
    assert.match(flow.ci.summaryText, /^## (?:✅|⚠️) [\w-]+ → prod: plan/);
  });

  it("deploys, reads back the jobs, and leaves no file", async () => {
    assert.equal(await flow.run({}, usualCli({ "jobs.nightly": "create" })), 0, flow.error);
    assert.deepEqual(flow.commands, [
      "version -o json",
      "plan -o json",
      "summary -o json",
      "deploy",
      "summary -o json",
    ]);
    const jobs = { nightly: { id: "7", url: "https://example.com/jobs/7" } };
    assert.deepEqual(JSON.parse(flow.ci.outputs.get("jobs") ?? ""), jobs);
    const resources = { jobs: { nightly: { ...jobs.nightly, name: "nightly" } } };
    assert.deepEqual(JSON.parse(flow.ci.outputs.get("resources") ?? ""), resources);
    assert.match(
      flow.ci.log.join("\n"),
      /^Deployed nightly \(jobs\.nightly\): https:\/\/example\.com\/jobs\/7$/m,
    );
    assert.equal(flow.ci.outputs.get("principal"), DEPLOYER.applicationId);
    assert.match(flow.ci.summaryText, /^## (?:✅|⚠️) lakehouse-jobs → prod: deployed/);
    assert.deepEqual(await readdir(flow.temp), [path.basename(flow.ci.outputs.get("audit-log") ?? "")]);
  });

  it("hands the CLI no credential but the address of the token service, and hides that", async () => {
    await flow.run({ variables: "catalog=dev" }, usualCli({}));
    const env = flow.requests.at(-1)?.env ?? {};
    const secret = new URL(env["DATABRICKS_METADATA_SERVICE_URL"] ?? "").pathname.slice(1);
    assert.ok(flow.ci.masked.includes(secret));
    assert.equal(env["BUNDLE_VAR_catalog"], "dev");
    const { handedOut, github } = flow.sandbox;
    const tokens = handedOut.filter((value) => value !== github.requestToken);
    assert.ok(tokens.length >= 2, "an ID token and an access token");
    const shown = {
      "the CLI's environment and arguments": flow.requests.map(({ env, args }) => ({ env, args })),
      "the log, the summary and what else the CI is told": [
        ...[flow.ci.log, flow.ci.summaryText, flow.ci.annotations],
        ...[[...flow.ci.outputs]],
      ],
    };
    for (const [where, what] of Object.entries(shown)) {
      const text = JSON.stringify(what);
      for (const token of tokens) assert.ok(!text.includes(token), `${where} holds a token`);
    }
  });

  it("tells what degrades with Terraform's state", async () => {
    const cli: PlayCli = (command, request) =>
      command === "plan -o json"
        ? { stdout: plan({ "jobs.a": "create" }, {}) }
        : usualCli({})(command, request);
    assert.equal(await flow.run({}, cli), 0);
    assert.match(flow.ci.summaryText, /deployment migrate/);
  });

  it("warns if the root path falls back to the home of whoever deploys", async () => {
    assert.equal(await flow.run({ command: "plan" }, usualCli({})), 0);
    assert.doesNotMatch(flow.ci.summaryText, /home folder/);
    await writeFile(
      path.join(flow.checkout, "databricks.yml"),
      "bundle: { name: lake }\ntargets: { prod: {} }\n",
    );
    assert.equal(await flow.run({ command: "plan" }, usualCli({})), 0);
    assert.match(flow.ci.summaryText, /home folder/);
  });

  it("reports what is wrong with identity, CLI and bundle together", async () => {
    flow.sandbox.github.setEvent({ environment: "staging" });
    const file = path.join(flow.checkout, "databricks.yml");
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace("root_path:", "profile: mine\n      root_path:"),
    );
    const cli: PlayCli = () => ({ stdout: '{"Version":"1.2.0"}' });
    assert.equal(await flow.run({}, cli), 1);
    for (const code of ["EXCHANGE_REFUSED", "CLI_TOO_OLD", "CREDENTIAL_IN_BUNDLE"])
      assert.match(flow.error, new RegExp(`${code}: `));
    assert.deepEqual(flow.commands, ["version -o json"]);
    assert.deepEqual(await readdir(flow.temp), [path.basename(flow.ci.outputs.get("audit-log") ?? "")]);
  });

  it("sends no ID token of pull_request_target anywhere, but to plan", async () => {
    const { github } = flow.sandbox;
    github.claims = { ...github.claims, event_name: "pull_request_target" };
    assert.equal(await flow.run({}, usualCli({})), 1);
    assert.match(flow.error, /^EVENT_NOT_TRUSTED: /);
    assert.ok(!flow.sandbox.requests.some(({ path: route }) => route.endsWith("/v1/token")));
    assert.equal(await flow.run({ command: "plan" }, usualCli({})), 0);
  });

  it("stops at another principal than the one asked for", async () => {
    const body = { userName: "somebody@example.com", displayName: "Somebody" };
    flow.sandbox.fault({ system: "workspace", path: /scim\/v2\/Me/, then: { status: 200, body } });
    assert.equal(await flow.run({}, usualCli({})), 1);
    assert.match(flow.error, /^WRONG_PRINCIPAL: [^]*somebody@example\.com/);
  });

  it("stops at another workspace or account, with what is wanted and what was found", async () => {
    assert.equal(await flow.run({ "workspace-id": "12" }, usualCli({})), 1);
    assert.match(flow.error, /^WRONG_WORKSPACE: [^]*wanted: 12 /);
    assert.equal(await flow.run({ "account-id": DEPLOYER.applicationId }, usualCli({})), 1);
    assert.match(flow.error, /^WRONG_ACCOUNT: /);
  });

  it("explains a token that the CLI asked for another host, though the CLI saw one word", async () => {
    const cli = usualCli({}, async (_command, { env }) => {
      const headers = {
        "x-databricks-metadata-version": "1",
        "x-databricks-host": "https://other.example.com",
      };
      const response = await fetch(env["DATABRICKS_METADATA_SERVICE_URL"] ?? "", { headers });
      return { code: 1, stderr: `Error: ${await response.text()}\n` };
    });
    assert.equal(await flow.run({}, cli), 1);
    assert.match(flow.error, /^HOST_NOT_APPROVED: [^]*https:\/\/other\.example\.com/);
  });

  it("shows the diagnostics of a failed plan and deployment at their lines", async () => {
    const stderr = "Error: no such thing\n  at resources.jobs.x\n  in resources/orders.yml:4:9\n\nmore\n";
    const failing: PlayCli = (command, request) =>
      command === "plan -o json" ? { code: 1, stderr } : usualCli({})(command, request);
    assert.equal(await flow.run({}, failing), 1);
    assert.match(flow.error, /^BUNDLE_INVALID: /);
    const places = flow.ci.annotations.map(({ place }) => place).filter((place) => place !== undefined);
    assert.deepEqual(places, [{ file: "resources/orders.yml", line: 4, column: 9 }]);
    assert.equal(
      await flow.run(
        {},
        usualCli({}, () => ({ code: 1, stderr })),
      ),
      1,
    );
    assert.match(flow.error, /^DEPLOY_FAILED: /);
    assert.equal(
      await flow.run(
        {},
        usualCli({}, () => ({ signal: "SIGKILL" })),
      ),
      1,
    );
    assert.match(flow.error, /^DEPLOY_FAILED: [^]*SIGKILL/);
  });

  it("is cancelled during the handshake: that is told once, and is no defect", async () => {
    flow.sandbox.fault({ path: "/oidc/v1/token", then: "hang" });
    const running = flow.run({}, usualCli({}));
    const asked = (): boolean => flow.sandbox.requests.some(({ path: route }) => route === "/oidc/v1/token");
    await until(asked);
    flow.ci.abort.abort();
    assert.equal(await running, 1);
    assert.match(flow.error, /^CANCELLED: (?![^]*INTERNAL)/);
    assert.ok(!flow.commands.includes("plan -o json"));
  });

  it("is cancelled before a deployment has begun, but lets one that has begun end", async () => {
    const early: PlayCli = (command, request) => {
      if (command === "plan -o json") flow.ci.abort.abort();
      return usualCli({})(command, request);
    };
    assert.equal(await flow.run({}, early), 1);
    assert.match(flow.error, /^CANCELLED: /);
    assert.ok(!flow.commands.includes("deploy"));

    const late = usualCli({}, () => {
      flow.ci.abort.abort();
      return { code: 0 };
    });
    assert.equal(await flow.run({}, late), 0, flow.error);
    assert.match(flow.ci.log.join("\n"), /left to end/);
  });

  describe("while another deployment holds the lock", () => {
    const held =
      "Error: Failed to acquire deployment lock: deploy lock acquired by other@example.com at 2026-11-22 01:35:14.288 +0000 UTC.\n";
    const lock = "/Workspace/Shared/lake/state/deploy.lock";
    /** Waits are not waited for. */
    const clock = {
      now: () => Date.now() + skipped,
      sleep: (ms: number) => {
        skipped += ms;
        return Promise.resolve();
      },
    };
    let skipped = 0;
    const hold = (): void => {
      skipped = 0;
      flow.sandbox.workspace.files.mkdirs("/Workspace/Shared/lake/state");
      const content = { ID: "x", AcquisitionTime: "2026-11-22T01:35:14.288Z", User: "other@example.com" };
      flow.sandbox.workspace.files.importFile(lock, Buffer.from(JSON.stringify(content)), true);
    };

    it("waits, says who and since when, plans again, and deploys", async () => {
      hold();
      const ports = {
        clock: {
          ...clock,
          sleep: async (ms: number, signal?: AbortSignal) => {
            if (ms !== 5_000) return systemClock.sleep(ms, signal);
            await clock.sleep(ms);
            if (skipped === 15_000) flow.sandbox.workspace.files.delete(lock, false);
          },
        },
      };
      assert.equal(await flow.run({}, usualCli({}), { ports }), 0, flow.error);
      assert.equal(skipped, 15_000);
      assert.match(flow.ci.log.join("\n"), /held by other@example\.com since 2026-11-22 01:35/);
      const again = ["plan -o json", "summary -o json", "deploy", "summary -o json"];
      assert.deepEqual(flow.commands.slice(3), again);
    });

    it("that was quicker by a moment is waited for, too", async () => {
      let deploys = 0;
      skipped = 0;
      const cli = usualCli({}, () => (++deploys === 1 ? { code: 1, stderr: held } : { code: 0 }));
      const ports = {
        clock: {
          ...clock,
          sleep: (ms: number, signal?: AbortSignal) =>
            ms === 5_000 ? clock.sleep(ms) : systemClock.sleep(ms, signal),
        },
      };
      assert.equal(await flow.run({}, cli, { ports }), 0, flow.error);
      assert.equal(skipped, 5_000);
      assert.match(flow.ci.log.join("\n"), /held by other@example\.com since 2026-11-22 01:35/);
      assert.deepEqual(flow.commands.slice(3, 5), ["deploy", "plan -o json"]);
    });

    it("gives up at lock-timeout, and never forces the lock", async () => {
      hold();
      const start = clock.now();
      const cli = usualCli({}, () => ({ code: 1, stderr: held }));
      const ports = {
        clock: {
          ...clock,
          sleep: (ms: number, signal?: AbortSignal) =>
            ms <= 5_000 ? clock.sleep(ms) : systemClock.sleep(ms, signal),
        },
      };
      assert.equal(await flow.run({ "lock-timeout": "25s" }, cli, { ports }), 1);
      assert.match(flow.error, /^DEPLOYMENT_LOCKED: [^]*other@example\.com[^]* delete \S+deploy\.lock$/m);
      // What the requests took counts, too, and is not known.
      assert.ok(clock.now() - start >= 20_000 && skipped <= 25_000, String(skipped));
      assert.ok(!flow.commands.some((command) => command.includes("force")));
    });
  });

  it("ends at its timeout", async () => {
    flow.sandbox.fault({ system: "workspace", path: /Me$/, then: "hang" });
    assert.equal(await flow.run({ timeout: "1s" }, usualCli({})), 1);
    assert.match(flow.error, /^TIMED_OUT: /);
  });

  it("refuses everything but a plan under an untrusted event, before any request", async () => {
    const context = { untrustedEvent: { event: "pull_request_target", remedy: "Do not." } };
    assert.equal(await flow.run({}, usualCli({}), { context }), 1);
    assert.match(flow.error, /^EVENT_NOT_TRUSTED: [^]*Do not\./);
    assert.deepEqual(flow.sandbox.requests, []);
    assert.equal(await flow.run({ command: "plan" }, usualCli({}), { context }), 0);
  });
});
