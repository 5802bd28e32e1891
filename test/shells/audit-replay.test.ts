import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { AZURE_DEPLOYER, DEPLOYER, REGISTRAR } from "../../sandbox/defaults.ts";
import type { LoggedRequest } from "../../sandbox/http/log.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess } from "../../sandbox/job-access.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { schemaOf } from "../fixtures/schemas.ts";
import { builtTask } from "./support/built-task.ts";

const BUNDLE = path.resolve(import.meta.dirname, "../../examples/job-access");
const CLASSES = { 3002: "authentication", 3004: "entity_management", 6003: "api_activity" } as const;

interface Event {
  readonly class_uid: keyof typeof CLASSES;
  readonly activity_name: string;
  readonly status: string;
  readonly status_code?: string;
  readonly time: number;
  readonly comment?: string;
  readonly api?: { readonly operation: string };
  readonly entity?: { readonly type: string };
  readonly actor: { readonly user: { readonly uid: string } };
  readonly metadata: { readonly uid: string; readonly event_code: string; readonly sequence: number };
  readonly unmapped: { action?: string; grade?: string; run: Readonly<Record<string, string>> };
}

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

/** What the Databricks CLI writes for itself: its lock, its state, its folders, telemetry. */
const HOUSEKEEPING = /\/state(?:\/|$)|\/artifacts\/\.internal$|\/workspace\/mkdirs$|^\/telemetry/;
const RESOURCE_WRITES: readonly (readonly [RegExp, string])[] = [
  [/\/jobs\/create$/, "jobs Create"],
  [/\/jobs\/(?:reset|update)$/, "jobs Update"],
  [/\/jobs\/delete$/, "jobs Delete"],
  [/\/jobs\/run-now$/, "runs Create"],
];

/** Each write that reached the sandbox, as the event that must tell it; a write of a kind that is not known fails. */
function told(requests: readonly LoggedRequest[], destroys: boolean): string[] {
  const events: string[] = [];
  const files = new Set<string>();
  for (const { method, path: route, body, status = 0, userAgent } of requests) {
    // A CI gives ID tokens by POST; they are told when they are exchanged.
    if (method === "GET" || route.endsWith("/oidctoken")) continue;
    const outcome = status < 400 ? "Success" : "Failure";
    if (route.endsWith("/token")) events.push(`token_exchange Logon ${outcome}`);
    else if (!userAgent.includes("cli/")) {
      events.push(`api_call ${method} ${route} ${outcome}`);
      const { changes } = body as { changes?: { add?: string[]; remove?: string[] }[] };
      for (const { add } of route.includes("/permissions/") ? (changes ?? []) : [])
        events.push(`access_change ${add ? "Create" : "Delete"} ${outcome}`);
    } else {
      const target = `${route} ${(body as { path?: string }).path ?? ""}`;
      const resource = RESOURCE_WRITES.find(([pattern]) => pattern.test(route));
      if (resource) events.push(`resource_change ${resource[1]} ${outcome}`);
      else if (/workspace-files\/import-file\/.*\/files\//.test(route)) files.add("files Update");
      else if (destroys && /\/workspace\/delete \/Workspace\/.*\/prod$/.test(target))
        files.add("files Delete");
      else if (
        !HOUSEKEEPING.test(route) &&
        !HOUSEKEEPING.test(target.split(" ")[1] ?? "") &&
        !/\/files\//.test(target)
      )
        assert.fail(`a write of a kind that nobody tells: ${method} ${target}`);
    }
  }
  return [...events, ...[...files].map((one) => `resource_change ${one} Success`)].sort();
}

/** What the events say was written; the others are told apart by their codes. */
function written(events: readonly Event[]): string[] {
  const lines = events.flatMap(
    ({ metadata: { event_code: code }, activity_name: activity, status, api, entity }) => {
      if (code === "api_call") return [`${code} ${api?.operation ?? ""} ${status}`];
      if (code === "resource_change") return [`${code} ${entity?.type ?? ""} ${activity} ${status}`];
      if (code === "token_exchange" || code === "access_change") return [`${code} ${activity} ${status}`];
      return [];
    },
  );
  return lines.sort();
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
    ): Promise<{ events: readonly Event[]; warnings: readonly string[] }> {
      const { requests } = job.sandbox;
      const since = requests.length;
      const { failed, warnings, audit } = await job.step(inputs, env);
      const text = await readFile(audit, "utf8");
      const lines = text.trimEnd().split("\n");
      const events = lines.map((line) => JSON.parse(line) as Event);
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
    const kinds = (events: readonly Event[], code: string): string[] =>
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
