import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER, DEPLOYER } from "../../sandbox/defaults.ts";
import type { LoggedRequest } from "../../sandbox/http/log.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { builtTask } from "./support/built-task.ts";

/** One run in either CI, with all that differs by identity, port and chance taken out. */
interface Outcome {
  readonly succeeded: boolean;
  readonly errors: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly requests: readonly string[];
}

interface Case {
  readonly title: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Changes a file of the checkout before the run. */
  readonly edit?: readonly [file: string, change: (text: string) => string];
  /** Deploys once before the edit. */
  readonly deployed?: boolean;
}

/** The same program for both, at the same place: the summary names it. */
const cli = await sandboxCli();

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Inputs in a text of GitHub under the names that Azure Pipelines has for them. */
const inCamelCase = (text: string): string =>
  text.replace(/`([a-z]+(?:-[a-z0-9]+)+)(?=[`:])/g, (_, name: string) => `\`${camelCase(name)}`);

/** Rows of the summary that say who it was and which run. */
const ABOUT_THE_RUN =
  /^\| (?:Workspace|Proven by the claim|Exchanged at|Run|Commit of the run|Deployed by) \|.*$/gm;

function neutral(text: string, sandbox: Sandbox): string {
  return (
    text
      .replaceAll(AZURE_DEPLOYER.applicationId, "<deployer>")
      .replaceAll(DEPLOYER.applicationId, "<deployer>")
      .replaceAll(sandbox.workspace.host, "<workspace>")
      .replaceAll(encodeURIComponent(sandbox.workspace.host), "<workspace>")
      .replace(/\S+-temp-\w+\//g, "<temp>/")
      .replace(/127\.0\.0\.1:\d+/g, "<host>")
      // Resources are created side by side: which job gets which ID is chance.
      .replace(/\b\d{12,}\b/g, "<id>")
      .replace(/127&#46;0&#46;0&#46;1&#58;\d+/g, "<host>")
      .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, "<uuid>")
  );
}

function requestsTo(sandbox: Sandbox): string[] {
  const line = ({ method, path: route, query, status }: LoggedRequest): string =>
    neutral(`${method} ${route} ${JSON.stringify(query)} ${String(status)}`, sandbox);
  return sandbox.requests
    .filter(({ system, path: route }) => system === "workspace" && !route.startsWith("/telemetry"))
    .map(line)
    .sort();
}

async function prepare(checkout: string, { edit }: Case): Promise<void> {
  if (edit === undefined) return;
  const file = path.join(checkout, edit[0]);
  const before = await readFile(file, "utf8");
  const after = edit[1](before);
  assert.notEqual(after, before, "the edit changes nothing");
  await writeFile(file, after);
}

async function onGitHub(one: Case): Promise<Outcome> {
  const job = await startGitHubJob({ cli });
  try {
    if (one.deployed === true) assert.equal((await job.step()).exitCode, 0);
    await prepare(job.checkout, one);
    const { exitCode, annotations, outputs, summary } = await job.step(one.inputs);
    const errors = annotations.filter(({ level }) => level === "error").map(({ message }) => message);
    return {
      succeeded: exitCode === 0,
      errors: errors.map((text) => inCamelCase(neutral(text, job.sandbox))),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [camelCase(name), neutral(value, job.sandbox)]),
      ),
      summary: inCamelCase(neutral(summary, job.sandbox)).replace(ABOUT_THE_RUN, "").trim(),
      requests: requestsTo(job.sandbox),
    };
  } finally {
    await job.stop();
  }
}

async function onAzure(one: Case): Promise<Outcome> {
  const job = await startAzureJob({ task: await builtTask(), cli });
  try {
    const identity = { clientId: AZURE_DEPLOYER.applicationId };
    if (one.deployed === true) assert.equal((await job.step(identity)).result, "Succeeded");
    await prepare(job.checkout, one);
    const inputs = Object.fromEntries(
      Object.entries(one.inputs ?? {}).map(([name, value]) => [camelCase(name), value]),
    );
    const { result, issues, outputs, summary } = await job.step({ ...identity, ...inputs });
    const errors = issues.filter(({ level }) => level === "error").map(({ message }) => message);
    return {
      succeeded: result === "Succeeded",
      errors: errors.map((text) => neutral(text, job.sandbox)),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, neutral(value, job.sandbox)]),
      ),
      summary: neutral(summary, job.sandbox).replace(ABOUT_THE_RUN, "").trim(),
      requests: requestsTo(job.sandbox),
    };
  } finally {
    await job.stop();
  }
}

describe("both shells do the same: outputs, summary, errors and requests to the workspace", () => {
  const withoutNightly = (text: string): string => text.replace(/^ {4}nightly:\n(?: {6}.*\n|\n)+/m, "");
  const cases: readonly (Case & { readonly succeeds: boolean })[] = [
    { title: "deploy", succeeds: true },
    { title: "plan of what is not there yet", inputs: { command: "plan" }, succeeds: true },
    { title: "plan without changes", inputs: { command: "plan" }, deployed: true, succeeds: true },
    {
      title: "a plan that deletes",
      edit: ["resources/orders.yml", withoutNightly],
      deployed: true,
      succeeds: false,
    },
    {
      title: "a plan that deletes, approved",
      inputs: { "auto-approve": "true" },
      edit: ["resources/orders.yml", withoutNightly],
      deployed: true,
      succeeds: true,
    },
    {
      title: "wrong inputs",
      inputs: { "workspace-id": "x", timeout: "soon", exchange: "aws" },
      succeeds: false,
    },
    { title: "no bundle", inputs: { "bundle-root": "src" }, succeeds: false },
    { title: "an unknown target", inputs: { target: "nowhere" }, succeeds: false },
    { title: "another workspace than asked for", inputs: { "workspace-id": "1" }, succeeds: false },
    {
      title: "a bundle for another host",
      edit: [
        "databricks.yml",
        (text) => text.replace("root_path:", "host: https://example.com\n      root_path:"),
      ],
      succeeds: false,
    },
    {
      title: "YAML that cannot be read",
      edit: ["databricks.yml", (text) => `${text}\n  : [`],
      succeeds: false,
    },
  ];
  for (const one of cases) {
    it(one.title, async () => {
      const [github, azure] = await Promise.all([onGitHub(one), onAzure(one)]);
      assert.equal(azure.succeeded, one.succeeds, azure.errors.join("\n"));
      assert.deepEqual(azure, github);
    });
  }
});
