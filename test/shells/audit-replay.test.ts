import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { AZURE_DEPLOYER, DEPLOYER, REGISTRAR } from "../../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess } from "../../sandbox/job-access.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { schemaOf } from "../fixtures/schemas.ts";
import { builtTask } from "./support/built-task.ts";
import { told, written, type AuditEvent } from "./support/told-writes.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const CLASSES = { 3002: "authentication", 3004: "entity_management", 6003: "api_activity" } as const;

/** What one step of either CI was and did. */
interface Done {
  readonly failed: boolean;
  readonly warnings: readonly string[];
  readonly audit: string;
}

/** A job of either CI, spoken to under the names of GitHub. */
interface Job {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  /** What each event says of the pipeline. */
  readonly says: Readonly<Record<string, string>>;
  readonly deployer: string;
  step(inputs: Readonly<Record<string, string>>, env?: Readonly<Record<string, string>>): Promise<Done>;
  /** Variables of a run that somebody without write access can cause. */
  readonly untrusted: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function gitHub(): Promise<Job> {
  const job = await startGitHubJob({ bundle: BUNDLE });
  prepareJobAccess(job.sandbox);
  return {
    sandbox: job.sandbox,
    checkout: job.checkout,
    deployer: DEPLOYER.applicationId,
    says: { repository: "example-org/lake", environment: "prod", claims: "verified" },
    untrusted: { GITHUB_EVENT_NAME: "pull_request_target" },
    async step(inputs, env = {}) {
      const { exitCode, annotations, outputs } = await job.step(
        { "policy-file": "policy.yml", ...inputs },
        { env },
      );
      const warnings = annotations.filter(({ level }) => level === "warning").map(({ message }) => message);
      return { failed: exitCode !== 0, warnings, audit: outputs["audit-log"] ?? "" };
    },
    stop: () => job.stop(),
  };
}

async function azureDevOps(): Promise<Job> {
  const job = await startAzureJob({ task: await builtTask(), bundle: BUNDLE });
  const { sandbox, checkout } = job;
  prepareJobAccess(sandbox);
  sandbox.workspace.serviceCredentials.grant(CREDENTIAL, AZURE_DEPLOYER.applicationId, "BROWSE");
  const repository = "https://dev.azure.com/example-org/lake/_git/lake";
  const pipeline = "p://example-org/lake/deploy-lake";
  await edit(path.join(checkout, "policy.yml"), (text) =>
    text.replace("example-org/lake", repository).replace("environment: prod", `pipeline: ${pipeline}`),
  );
  const camelCase = (name: string): string =>
    name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return {
    sandbox,
    checkout,
    deployer: AZURE_DEPLOYER.applicationId,
    says: { repository, pipeline, claims: "verified" },
    untrusted: { SYSTEM_PULLREQUEST_ISFORK: "True" },
    async step(inputs, env = {}) {
      const named = Object.entries({ "policy-file": "policy.yml", ...inputs });
      const { result, issues, outputs } = await job.step(
        {
          clientId: AZURE_DEPLOYER.applicationId,
          ...Object.fromEntries(named.map(([name, value]) => [camelCase(name), value])),
        },
        { variables: env },
      );
      const warnings = issues.filter(({ level }) => level === "warning").map(({ message }) => message);
      return { failed: result !== "Succeeded", warnings, audit: outputs["auditLog"] ?? "" };
    },
    stop: () => job.stop(),
  };
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(file, "utf8");
  assert.notEqual(change(text), text);
  await writeFile(file, change(text));
}

for (const [ci, start] of [
  ["GitHub", gitHub],
  ["Azure DevOps", azureDevOps],
] as const)
  describe(`the audit of a bundle's life on ${ci}`, () => {
    const validators = new Map<number, ValidateFunction>();
    const ids = new Set<string>();
    let job: Job;
    before(async () => {
      job = await start();
      for (const [uid, name] of Object.entries(CLASSES)) {
        const schema = schemaOf(`ocsf/${name}.schema.json`);
        validators.set(Number(uid), new Ajv2020({ strictTypes: false, allErrors: true }).compile(schema));
      }
    });
    after(() => job.stop());

    const file = (name: string): string => path.join(job.checkout, name);

    /** Runs one step, and holds its events against what reached the sandbox. */
    async function step(
      inputs: Readonly<Record<string, string>>,
      refused?: string,
      env?: Readonly<Record<string, string>>,
    ): Promise<{ events: readonly AuditEvent[]; warnings: readonly string[] }> {
      const { requests } = job.sandbox;
      const since = requests.length;
      const { failed, warnings, audit } = await job.step(inputs, env);
      const text = await readFile(audit, "utf8");
      const lines = text.trimEnd().split("\n");
      const events = lines.map((line) => JSON.parse(line) as AuditEvent);
      assert.equal(failed, refused !== undefined, text);
      assert.deepEqual(written(events), told(requests.slice(since), inputs["command"] === "destroy"));
      const refusals = events.filter(({ metadata }) => metadata.event_code === "refusal");
      const codes = refusals.map(({ status, status_code: code }) => `${status} ${code ?? ""}`);
      assert.deepEqual(codes, refused === undefined ? [] : [`Failure ${refused}`]);
      let last = 0;
      for (const [at, event] of events.entries()) {
        const validate = validators.get(event.class_uid);
        assert.ok(validate?.(event), JSON.stringify([event, validate?.errors]));
        assert.ok(event.time >= last && event.metadata.sequence === at + 1, "not in the order of time");
        last = event.time;
        assert.ok(!ids.has(event.metadata.uid), `${event.metadata.uid} is there twice`);
        ids.add(event.metadata.uid);
        assert.ok([job.deployer, REGISTRAR.applicationId].includes(event.actor.user.uid));
        if (env !== undefined) continue;
        const { run } = event.unmapped;
        assert.deepEqual({ ...run, ...job.says }, run);
        assert.match(run["commit"] ?? "", /^[\da-f]{40}$/);
      }
      for (const token of job.sandbox.handedOut)
        assert.ok(!text.includes(token), "a token stands in the audit");
      return { events, warnings };
    }
    const kinds = (events: readonly AuditEvent[], code: string): string[] =>
      events
        .filter(({ metadata }) => metadata.event_code === code)
        .map(({ status, unmapped }) => `${unmapped.action ?? unmapped.grade ?? ""} ${status}`);

    it("deploys, with a scope that is proven and a grant that is allowed", async () => {
      const { events } = await step({});
      assert.deepEqual(kinds(events, "decision"), ["allowed Success"]);
      assert.equal(kinds(events, "attestation").at(-1), "proven Success");
      assert.deepEqual(kinds(events, "access_change"), ["granted Success"]);
      const [grant] = events.filter(({ metadata }) => metadata.event_code === "access_change");
      assert.match(grant?.comment ?? "", /hr-from-main-only/);
      assert.equal(events.filter(({ metadata }) => metadata.event_code === "scan").length, 2);
      assert.notEqual(events.at(-1)?.metadata.event_code, "scan");
    });

    it("changes a job, and leaves its access", async () => {
      await edit(file("databricks.yml"), (text) =>
        text.replace("name: daily-report", "name: daily-report-2"),
      );
      const { events } = await step({});
      assert.deepEqual(kinds(events, "decision"), ["unchanged Success"]);
      assert.deepEqual(kinds(events, "resource_change"), ["changed Success", "changed Success"]);
    });

    it("refuses another workspace, another host, an untrusted event, a destruction that nobody approved", async () => {
      await step({ "workspace-id": "1" }, "WRONG_WORKSPACE");
      await step({ command: "destroy" }, "DESTRUCTIVE_PLAN");
      const sent = job.sandbox.requests.length;
      await step({}, "EVENT_NOT_TRUSTED", job.untrusted);
      assert.equal(job.sandbox.requests.length, sent);
      const before = await readFile(file("databricks.yml"), "utf8");
      await edit(file("databricks.yml"), (text) =>
        text.replace("root_path:", "host: https://example.com\n      root_path:"),
      );
      await step({}, "HOST_NOT_APPROVED");
      await writeFile(file("databricks.yml"), before);
    });

    it("withdraws what the policy no longer allows, and says why", async () => {
      assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
      await edit(file("policy.yml"), (text) => text.replace("job: nightly_*", "job: other"));
      const { events, warnings } = await step({});
      assert.deepEqual(kinds(events, "decision"), ["denied Failure"]);
      assert.deepEqual(kinds(events, "access_change"), ["revoked Success"]);
      const [revoked] = events.filter(({ metadata }) => metadata.event_code === "access_change");
      assert.match(revoked?.comment ?? "", /no rule is about this job/);
      assert.ok(
        warnings.some((text) => /ACCESS on credential .* is withdrawn: denied by/.test(text)),
        warnings.join(),
      );
      assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
    });

    it("registers apart: the deployment leaves access to the registrar's job, which tells each of its writes", async () => {
      await edit(file("policy.yml"), (text) =>
        text
          .replace("job: other", "job: nightly_*")
          .replace("registrar_client_id: 9d", "registrar: apart, registrar_client_id: 9d"),
      );
      const asRegistrar = { command: "access", "client-id": REGISTRAR.applicationId };
      const left = await step({});
      assert.deepEqual(kinds(left.events, "access_change"), []);
      assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);

      const granted = await step(asRegistrar);
      assert.deepEqual(kinds(granted.events, "decision"), ["allowed Success"]);
      assert.deepEqual(kinds(granted.events, "access_change"), ["granted Success"]);
      assert.deepEqual(
        [...new Set(granted.events.map(({ actor }) => actor.user.uid))],
        [REGISTRAR.applicationId],
      );
      assert.deepEqual(playedJobs(job.sandbox), ["vended", "refused"]);
      await step({ command: "destroy", "auto-approve": "true" }, "ACCESS_STANDS");

      const unchanged = await step(asRegistrar);
      assert.deepEqual(kinds(unchanged.events, "decision"), ["unchanged Success"]);
      await writeFile(file("access.yml"), "version: 1\njobs: {}\n");
      const withdrawn = await step(asRegistrar);
      assert.deepEqual(kinds(withdrawn.events, "access_change"), ["revoked Success"]);
      assert.deepEqual(playedJobs(job.sandbox), ["refused", "refused"]);
      await step({ command: "access" }, "WRONG_PRINCIPAL");
    });

    it("runs a job", async () => {
      const { events } = await step({ command: "run", resource: "daily_report", wait: "false" });
      assert.deepEqual(kinds(events, "resource_change"), ["created Success"]);
    });

    it("destroys", async () => {
      const { events } = await step({ command: "destroy", "auto-approve": "true" });
      assert.deepEqual(kinds(events, "resource_change"), [
        "deleted Success",
        "deleted Success",
        "deleted Success",
      ]);
    });
  });
