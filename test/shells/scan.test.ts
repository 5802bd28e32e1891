import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { strToU8, zipSync } from "fflate";
import { AZURE_DEPLOYER, DEPLOYER } from "../../sandbox/defaults.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import type { FreshFolder } from "../../sandbox/runner/scratch.ts";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { builtTask } from "./support/built-task.ts";
import { contentsBelow } from "./support/files.ts";
import { SecretSearch } from "./support/secrets.ts";

const cli = await sandboxCli();
const real = cli.kind === "real";

/** Credentials that open nothing: made of digests, so that no rule for samples knows them. */
const digest = (text: string): Buffer => createHash("sha512").update(text).digest();
const PAT = `dapi${digest("token").toString("hex").slice(0, 32)}`;
const STORAGE_KEY = digest("storage").toString("base64");
const PASSWORD = digest("password").toString("base64url").slice(0, 22);

interface Result {
  readonly succeeded: boolean;
  /** Text of each error or warning, with the place it stands at. */
  readonly annotations: readonly string[];
  readonly summary: string;
  /** Everything that the step told or wrote, but for the checkout and the workspace. */
  readonly traces: readonly (readonly [string, string | Buffer])[];
}
interface Job {
  readonly sandbox: Sandbox;
  readonly checkout: string;
  readonly freshFolder: FreshFolder;
  /** Runs the step in debug mode; names of inputs as GitHub has them. */
  step(inputs?: Readonly<Record<string, string>>, variables?: string): Promise<Result>;
  stop(): Promise<void>;
}

async function onGitHub(): Promise<Job> {
  const job = await startGitHubJob({ cli });
  return {
    ...job,
    async step(inputs = {}, variables = "") {
      const given = { ...inputs, variables: `deployer=${DEPLOYER.applicationId}\n${variables}` };
      const { exitCode, rawLog, annotations, outputs, state, summary, temp } = await job.step(given, {
        debug: true,
      });
      return {
        succeeded: exitCode === 0,
        annotations: annotations.map((one) => JSON.stringify(one)),
        summary,
        traces: [
          ["log", rawLog],
          ["outputs", JSON.stringify([annotations, outputs, state, summary])],
          ...contentsBelow(temp),
        ],
      };
    },
  };
}

async function onAzure(): Promise<Job> {
  const job = await startAzureJob({ cli, task: await builtTask() });
  return {
    ...job,
    async step(inputs = {}, variables = "") {
      const given = Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [
          name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
          value,
        ]),
      );
      const identity = {
        clientId: AZURE_DEPLOYER.applicationId,
        variables: `deployer=${AZURE_DEPLOYER.applicationId}\n${variables}`,
      };
      const { result, rawLog, issues, outputs, taskVariables, summary, temp } = await job.step(
        { ...identity, ...given },
        { debug: true },
      );
      return {
        succeeded: result === "Succeeded",
        annotations: issues.map((one) => JSON.stringify(one)),
        summary,
        traces: [
          ["log", rawLog],
          ["outputs", JSON.stringify([issues, outputs, taskVariables, summary])],
          ...contentsBelow(temp),
        ],
      };
    },
  };
}

/** Requests that change something in the workspace. */
function writesTo({ requests }: Sandbox): string[] {
  return requests
    .filter(({ system, method }) => system === "workspace" && method !== "GET")
    .map(({ method, path: route }) => `${method} ${route}`)
    .filter((line) => !/ \/oidc\/v1\/token$| \/telemetry/.test(line));
}

function checkNoValue({ traces }: Result): void {
  const search = new SecretSearch([PAT, STORAGE_KEY, PASSWORD]);
  for (const [where, content] of traces) search.look(where, content);
  assert.deepEqual(search.findings, []);
}

for (const [title, start] of [
  ["action", onGitHub],
  ["task", onAzure],
] as const) {
  describe(`the built ${title} with a credential in what it would deploy`, () => {
    let job: Job;
    beforeEach(async () => {
      job = await start();
    });
    afterEach(() => job.stop());
    const write = async (file: string, content: string | Uint8Array): Promise<void> => {
      await mkdir(path.dirname(path.join(job.checkout, file)), { recursive: true });
      await writeFile(path.join(job.checkout, file), content);
    };
    const append = (file: string, text: string): Promise<void> =>
      appendFile(path.join(job.checkout, file), text);

    function checkStopped(result: Result, place: RegExp, kind: RegExp): void {
      assert.ok(!result.succeeded);
      const [first = "", ...others] = result.annotations.filter((text) => text.includes("CREDENTIAL_FOUND"));
      assert.match(first, /Nothing was uploaded/);
      assert.ok(
        others.some((text) => place.test(text) && kind.test(text)),
        others.join("\n"),
      );
      assert.match(result.summary, /CREDENTIAL_FOUND[^]*\*\*To do:\*\* [^]*Write instead/);
      assert.deepEqual(writesTo(job.sandbox), []);
      checkNoValue(result);
    }

    it("uploads nothing: in a notebook's cell, and the SARIF file names it", async () => {
      await append("src/ingest_orders.py", `\n# COMMAND ----------\n\ntoken = "${PAT}"\n`);
      const sarif = path.join(job.checkout, "reports/scan.sarif");
      const result = await job.step({ "sarif-file": sarif });
      const line =
        (await readFile(path.join(job.checkout, "src/ingest_orders.py"), "utf8")).split("\n").length - 1;
      const place = new RegExp(`ingest_orders\\.py.*${String(line)}`);
      checkStopped(result, place, /Databricks personal access token: dapi… \(36 characters\)/);
      const text = await readFile(sarif, "utf8");
      assert.match(text, new RegExp(`"startLine": ${String(line)},`));
      checkNoValue({ ...result, traces: [["SARIF", text]] });
    });

    it("uploads nothing: in parameters and Spark configuration, resolved from the pipeline's variables", async () => {
      const key = "fs.azure.account.key.lake.dfs.core.windows.net";
      const file = path.join(job.checkout, "databricks.yml");
      const text = await readFile(file, "utf8");
      const variables = "variables:\n  given_key: { default: '' }\n  given_word: { default: '' }\n";
      await writeFile(file, text.replace("variables:\n", variables));
      await append(
        "resources/orders.yml",
        `
    leaky:
      name: leaky
      parameters:
        - name: db_password
          default: \${var.given_word}
      tasks:
        - task_key: only
          notebook_task:
            notebook_path: ../src/ingest_orders.py
          new_cluster:
            spark_version: 15.4.x-scala2.12
            node_type_id: Standard_D4ds_v5
            num_workers: 1
            spark_conf:
              ${key}: \${var.given_key}
`,
      );
      const given = `given_key=${STORAGE_KEY}\ngiven_word=${PASSWORD}`;
      const result = await job.step({}, given);
      checkStopped(result, /databricks\.yml/, /[Ss]torage/);
      checkStopped(result, /databricks\.yml/, /[Pp]assword/);
      checkNoValue(await job.step({ command: "plan" }, given));

      const warned = await job.step({ scan: "warn" }, given);
      assert.ok(warned.succeeded, warned.traces[0]?.[1].toString());
      assert.match(warned.summary, /### Static credentials[^]*leaky/);
      assert.ok(writesTo(job.sandbox).length > 0);
      checkNoValue(warned);
      const off = await job.step({ scan: "off" }, given);
      assert.ok(off.succeeded);
      assert.doesNotMatch(off.summary, /Static credentials/);
    });

    const inWheel = "uploads nothing: in a wheel that the plan builds";
    it(`${inWheel}${real ? "" : " (skipped: there is no databricks on PATH)"}`, async function () {
      if (!real) this.skip();
      await write(".gitignore", "built/\ndist/\n");
      await write("built/wheel", zipSync({ "lake/load.py": strToU8(`x = 1\nt = "${PAT}"\n`) }));
      const build = "mkdir -p dist && cp built/wheel dist/lake-1.0-py3-none-any.whl";
      await append("databricks.yml", `\nartifacts:\n  lake: { type: whl, path: ., build: "${build}" }\n`);
      const result = await job.step();
      checkStopped(result, /dist\/lake-1\.0-py3-none-any\.whl/, /personal access token/);
    });

    it("deploys what an exception accepts, and stops for one that has expired", async () => {
      await append("src/ingest_orders.py", `\ntoken = "${PAT}"\n`);
      const { summary } = await job.step();
      const mark = /fingerprint (?:<code>)?([0-9a-f]{12})/.exec(summary)?.[1] ?? "";
      const exception = (expires: string): Promise<void> =>
        write(
          ".secretless-ignore.yml",
          `version: 1
exceptions:
  - rule: databricks-personal-access-token
    path: src/ingest_orders.py
    fingerprint: "${mark}"
    reason: A sample that opens nothing
    expires: ${expires}
`,
        );
      await exception("2020-02-29");
      const expired = await job.step();
      assert.ok(!expired.succeeded);
      assert.match(expired.summary, /EXCEPTIONS(?:_|&#95;)INVALID[^]*expired on 2020-02-29/);
      assert.deepEqual(writesTo(job.sandbox), []);
      await exception("2999-12-31");
      const accepted = await job.step();
      assert.ok(accepted.succeeded, accepted.traces[0]?.[1].toString());
      assert.match(accepted.summary, /1 accepted/);
      checkNoValue(accepted);
    });
  });
}
