import assert from "node:assert/strict";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  AZURE_DEPLOYER,
  CONNECTION,
  JOB_RUNNER,
  OLD_CONNECTION,
  SECRET_CONNECTION,
  TENANT_ID,
} from "../../sandbox/defaults.ts";
import { startAzureJob, type AzureJob } from "../../sandbox/runner/azure-job.ts";
import { builtTask, codeOf } from "./support/built-task.ts";
import { leftIn } from "./support/files.ts";

const CLIENT = { clientId: AZURE_DEPLOYER.applicationId };
const USUAL = { azureSubscription: CONNECTION.name };

describe("the built task on Azure Pipelines", () => {
  let job: AzureJob;
  beforeEach(async () => {
    job = await startAzureJob({ task: await builtTask() });
  });
  afterEach(() => job.stop());

  const writes = (since = 0): string[] =>
    job.sandbox.requests
      .slice(since)
      .filter(
        ({ system, method, path: route }) =>
          system === "workspace" && method !== "GET" && !route.endsWith("/v1/token"),
      )
      .map(({ method, path: route }) => `${method} ${route}`);

  describe("deploys with every kind of ID token at both exchanges", () => {
    const authority = (): Record<string, string> => ({ AZURE_AUTHORITY_HOST: job.sandbox.entra.authority() });
    for (const [title, inputs, subject, exchange] of [
      ["the Entra issuer at Entra ID", USUAL, /^\/eid1\//, "entra"],
      [
        "the Azure DevOps issuer at Entra ID",
        { azureSubscription: OLD_CONNECTION.name },
        /^sc:\/\//,
        "entra",
      ],
      ["the pipeline at Entra ID", { ...CLIENT, exchange: "entra", tenantId: TENANT_ID }, /^p:\/\//, "entra"],
      ["the Entra issuer at Databricks", { ...USUAL, exchange: "databricks" }, /^\/eid1\//, "databricks"],
      [
        "the Azure DevOps issuer at Databricks",
        { azureSubscription: OLD_CONNECTION.id, exchange: "databricks" },
        /^sc:\/\//,
        "databricks",
      ],
      ["the pipeline at Databricks", CLIENT, /^p:\/\//, "databricks"],
    ] as const) {
      it(title, async () => {
        const result = await job.step(inputs, { variables: authority() });
        assert.equal(result.result, "Succeeded", result.log);
        assert.deepEqual([result.exitCode, result.postExitCode, result.postResult], [0, 0, "Succeeded"]);
        assert.equal(job.sandbox.workspace.jobs.all.size, 3);
        const requests = job.sandbox.requests.filter(({ path: route }) => /\/token$/.test(route));
        assert.deepEqual(
          new Set(requests.map(({ system }) => system)),
          new Set([exchange === "entra" ? "entra" : "workspace"]),
        );
        const form = requests[0]?.body as Readonly<Record<string, string>>;
        const sent = form["client_assertion"] ?? form["subject_token"] ?? "";
        const claims = JSON.parse(Buffer.from(sent.split(".")[1] ?? "", "base64url").toString()) as {
          sub: string;
        };
        assert.match(claims.sub, subject);
        assert.ok(result.summary.includes(AZURE_DEPLOYER.applicationId));
        assert.deepEqual(Object.keys(JSON.parse(result.outputs["jobs"] ?? "") as object).sort(), [
          "count_orders",
          "ingest_orders",
          "nightly",
        ]);
        assert.deepEqual(result.refused, []);
        const warned = result.issues.some(({ message }) => message.includes("2027-07-01"));
        assert.equal(warned, subject.test("sc://"));
      });
    }
  });

  it("finds nothing to do the second time, with progress and the summary in the Extensions tab", async () => {
    assert.equal((await job.step(USUAL)).result, "Succeeded");
    const since = job.sandbox.requests.length;
    const second = await job.step({ ...USUAL, command: "plan" });
    assert.equal(second.result, "Succeeded", second.log);
    assert.deepEqual((JSON.parse(second.outputs["plan"] ?? "") as { changes: unknown[] }).changes, []);
    assert.deepEqual(writes(since), []);
    assert.ok(second.progress.length > 0);
    assert.match(second.summary, /^## (?:✅|⚠️) lakehouse-jobs → prod: plan/);
  });

  it("asks an agent that does not name the endpoint, in both forms of the collection's URL", async () => {
    for (const form of ["dev.azure.com", "visualstudio.com"] as const) {
      const variables = { "System.TeamFoundationCollectionUri": job.sandbox.azure.collectionUri(form) };
      const result = await job.step({ ...USUAL, command: "plan" }, { oidcRequestUri: false, variables });
      assert.equal(result.result, "Succeeded", result.log);
    }
  });

  it("waits for a new ID token where the service has one that is about to end", async () => {
    const { azure } = job.sandbox;
    const connection = azure.connections.find(({ id }) => id === CONNECTION.id)!;
    // Seconds: long enough for a slow machine to start the task meanwhile.
    const ending = await azure.cacheEntraToken(connection, 5);
    const result = await job.step({ ...USUAL, command: "plan" });
    assert.equal(result.result, "Succeeded", result.log);
    assert.match(result.log, /Waiting for a new one/);
    const sent = job.sandbox.requests
      .filter(({ system }) => system === "entra")
      .map(({ body }) => JSON.stringify(body));
    assert.ok(sent.length > 0 && sent.every((body) => !body.includes(ending)));
  });

  it("serves several tasks in one job", async () => {
    const temp = await job.freshFolder("agent-temp");
    const both = await Promise.all([
      job.step({ ...USUAL, command: "plan" }, { temp }),
      job.step({ ...CLIENT, command: "plan" }, { temp }),
    ]);
    for (const { result, log } of both) assert.equal(result, "Succeeded", log);
    assert.notEqual(both[0].taskVariables["secretless.folder"], both[1].taskVariables["secretless.folder"]);
  });

  it("leaves the checkout as it was, and no folder of its own but the summary that the agent reads", async () => {
    const before = (await readdir(job.checkout, { recursive: true })).sort();
    const result = await job.step(USUAL);
    assert.equal(result.result, "Succeeded", result.log);
    assert.deepEqual((await readdir(job.checkout, { recursive: true })).sort(), before);
    const left = leftIn(result.temp).map((name) => name.replace(/-[\w-]+$/, ""));
    assert.deepEqual(left.sort(), [".taskkey", "summary"]);
  });

  describe("refuses, with nothing changed,", () => {
    for (const [what, code, inputs, prepare] of [
      [
        "a connection with a secret",
        "CONNECTION_NOT_FEDERATED",
        { azureSubscription: SECRET_CONNECTION.name },
      ],
      ["a connection that is not there", "CONNECTION_UNKNOWN", { azureSubscription: "elsewhere" }],
      [
        "a connection in a variable without a value",
        "CONNECTION_UNKNOWN",
        { azureSubscription: "$(connection)" },
      ],
      [
        "a connection that no input names",
        "CONNECTION_NOT_REFERENCED",
        USUAL,
        () => job.sandbox.azure.referenced.clear(),
      ],
      ["neither a connection nor a client ID", "INPUT_INVALID", {}],
      [
        "a client ID that does not trust the connection",
        "EXCHANGE_REFUSED",
        { ...USUAL, exchange: "databricks", clientId: JOB_RUNNER.applicationId },
      ],
      [
        "a page to sign in",
        "ID_TOKEN_REFUSED",
        CLIENT,
        () => {
          const body = "<html><title>Sign in</title></html>";
          job.sandbox.fault({
            system: "azure",
            times: Infinity,
            then: { status: 203, headers: { "content-type": "text/html" }, body },
          });
        },
      ],
      [
        "a renamed pipeline",
        "EXCHANGE_REFUSED",
        CLIENT,
        () => job.sandbox.azure.setRun({ pipeline: "renamed" }),
      ],
    ] as const) {
      it(`${what}: ${code}`, async () => {
        prepare?.();
        const result = await job.step(inputs);
        assert.equal(result.result, "Failed");
        assert.equal(result.exitCode, 0);
        assert.equal(codeOf(result), code, result.log);
        assert.deepEqual(writes(), []);
        assert.equal(result.postResult, "Succeeded");
      });
    }

    it("an agent without job token, and a server without ID tokens", async () => {
      const noToken = await job.step(CLIENT, { endpoints: false });
      assert.equal(codeOf(noToken), "JOB_TOKEN_MISSING", noToken.log);
      const server = await job.step(CLIENT, { oidcRequestUri: false, variables: { "System.PlanId": "" } });
      assert.equal(codeOf(server), "ID_TOKEN_NOT_OFFERED", server.log);
    });

    it("a deployment of a pull request from a fork", async () => {
      const variables = { "System.PullRequest.IsFork": "True", "Build.Reason": "PullRequest" };
      assert.equal(codeOf(await job.step(CLIENT, { variables })), "EVENT_NOT_TRUSTED");
      assert.equal(job.sandbox.requests.length, 0);
    });
  });

  it("lets a deployment that has begun end when the job is cancelled: no lock, no half of it", async () => {
    let main = 0;
    const cancelled = await job.step(USUAL, {
      onStart: (pid) => {
        main = pid;
      },
      onLine: (line) => {
        if (line.includes("Uploading bundle files")) process.kill(main, "SIGINT");
      },
    });
    assert.match(cancelled.log, /left to end/);
    assert.equal(cancelled.postResult, "Succeeded");
    assert.equal(job.sandbox.workspace.jobs.all.size, 3);
    const next = await job.step({ ...USUAL, command: "plan" });
    assert.deepEqual(
      (JSON.parse(next.outputs["plan"] ?? "") as { changes: unknown[] }).changes,
      [],
      next.log,
    );
  });

  it("never executes commands that the bundle brings", async () => {
    const file = path.join(job.checkout, "resources/orders.yml");
    const evil = "##vso[task.setvariable variable=principal]evil ##[error]red";
    await writeFile(file, (await readFile(file, "utf8")).replace("name: ingest-orders", `name: "${evil}"`));
    const result = await job.step(USUAL);
    assert.equal(result.result, "Succeeded", result.log);
    assert.match(result.log, /# #vso\[task\.setvariable/);
    assert.notEqual(result.outputs["principal"], "evil ##[error]red");
    assert.doesNotMatch(result.log, /##\[error\]/);
  });

  it("carries odd values and paths unharmed", async () => {
    const checkout = path.join(await job.freshFolder("Prüfung ö 数据"), "s");
    await cp(job.checkout, checkout, { recursive: true });
    const file = path.join(checkout, "databricks.yml");
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace("variables:\n", "variables:\n  note:\n    default: none\n"),
    );
    const resources = path.join(checkout, "resources/orders.yml");
    await writeFile(
      resources,
      (await readFile(resources, "utf8")).replace(
        "name: ingest-orders\n",
        "name: ingest-orders\n      description: ${var.note}\n",
      ),
    );
    const note = `100% %AZP25 %0A "quoted" 'x' ; ] \\ ü 数据 = ${"y".repeat(9_900)}`;
    const variables = `deployer=${AZURE_DEPLOYER.applicationId}\nnote=${note}`;
    const result = await job.step({ ...USUAL, variables }, { checkout });
    assert.equal(result.result, "Succeeded", result.log);
    const described = [...job.sandbox.workspace.jobs.all.values()].map(
      ({ settings }) => settings["description"],
    );
    assert.ok(described.includes(note));
  });
});
