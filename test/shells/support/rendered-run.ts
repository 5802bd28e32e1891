import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { TENANT_ID } from "../../../sandbox/defaults.ts";
import { githubClaims, type GitHubEvent } from "../../../sandbox/github/claims.ts";
import type { AzureStepResult } from "../../../sandbox/runner/azure.ts";
import { startAzureJob } from "../../../sandbox/runner/azure-job.ts";
import { startGitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../../sandbox/runner/github.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import type { Answers } from "../../../scripts/render-template.ts";
import { builtTask } from "./built-task.ts";
import { inputsOf, render, workflow } from "./rendered.ts";
import { followSetup, moveToSandbox } from "./set-up.ts";

export type Command = "plan" | "deploy" | "access";
export type Target = "staging" | "prod";

/** A rendered project whose SETUP.md was followed in a sandbox of its own. */
export interface Rendered<Result> {
  readonly sandbox: Sandbox;
  /** The checked-out project, which names the sandbox's workspace. */
  readonly checkout: string;
  /** Runs the step of the job of that name as the CI would, for the event that starts it unless told otherwise. */
  run(command: Command, target: Target, event?: GitHubEvent): Promise<Result>;
  stop(): Promise<void>;
}

/** `python`: a folder for the front of PATH, with what builds the wheel. */
export async function atGitHub(answers: Answers, python: string): Promise<Rendered<StepResult>> {
  const folder = await render(answers);
  const job = await startGitHubJob({ bundle: folder });
  await followSetup(folder, answers, job.sandbox);
  await moveToSandbox(job.checkout, answers, job.sandbox);
  const PATH = [python, job.env["PATH"]].join(path.delimiter);
  const branch = (target: Target): string =>
    answers["github_trust"] === "branch" && target === "prod" ? "release" : "main";
  return {
    sandbox: job.sandbox,
    checkout: job.checkout,
    async run(command, target, event = {}) {
      const file = `${answers["project_name"] ?? ""}-${command === "plan" ? "plan" : "deploy"}.yml`;
      const one = (await workflow(job.checkout, file)).jobs[`${command}-${target}`];
      assert.ok(one, `${file} has no job ${command}-${target}`);
      const usual: GitHubEvent =
        command === "plan"
          ? { event: "pull_request" }
          : { event: "push", ref: `refs/heads/${branch(target)}` };
      const claims: GitHubEvent = {
        ...usual,
        subjectFormat: answers["github_ids"] === "names" ? "names" : "immutable",
        environment: one.environment?.name ?? "",
        ...event,
      };
      job.sandbox.github.setEvent(claims);
      const { event_name: GITHUB_EVENT_NAME = "" } = githubClaims(claims) as Record<string, string>;
      return job.step(inputsOf(one), { env: { PATH, GITHUB_EVENT_NAME } });
    },
    stop: () => job.stop(),
  };
}

type Parameters = Readonly<Record<string, string>>;
interface TemplateCall {
  readonly template?: string;
  readonly parameters?: Parameters;
}
interface Pipeline {
  readonly stages?: readonly {
    readonly jobs: readonly {
      readonly strategy: {
        readonly runOnce: { readonly deploy: { readonly steps: readonly TemplateCall[] } };
      };
    }[];
  }[];
  readonly jobs?: readonly { readonly steps: readonly TemplateCall[] }[];
}
interface StepsTemplate {
  readonly steps: readonly { readonly task?: string; readonly inputs?: Readonly<Record<string, unknown>> }[];
}

/** The inputs of our task in the job that calls the steps' template for a target, its parameters filled in. */
async function taskInputs(
  checkout: string,
  project: string,
  command: Command,
  target: Target,
): Promise<Parameters> {
  const read = async (name: string): Promise<unknown> =>
    parse(await readFile(path.join(checkout, ".azure-pipelines", `${project}-${name}.yml`), "utf8"));
  const pipeline = (await read(command === "plan" ? "plan" : "deploy")) as Pipeline;
  const steps = [
    ...(pipeline.stages ?? []).flatMap(({ jobs }) =>
      jobs.flatMap((job) => job.strategy.runOnce.deploy.steps),
    ),
    ...(pipeline.jobs ?? []).flatMap((job) => job.steps),
  ];
  const call = steps.find(({ parameters: of }) => of?.["target"] === target && of["command"] === command);
  assert.equal(call?.template, `${project}-bundle.yml`);
  const { steps: own } = (await read("bundle")) as StepsTemplate;
  const inputs = own.find(({ task }) => task === "DatabricksBundle@1")?.inputs ?? {};
  const filled = Object.entries(inputs).map(([name, value]) => [
    name,
    String(value).replace(/\$\{\{ parameters\.(\w+) \}\}/g, (_, of: string) => call.parameters?.[of] ?? ""),
  ]);
  return Object.fromEntries(filled) as Parameters;
}

/** What Azure DevOps does when a connection is made, and what SETUP.md has the registrar trust. */
function connect(sandbox: Sandbox, answers: Answers): void {
  const { azure, entra } = sandbox;
  for (const [name, principal] of [
    ["plan", "planner"],
    ["staging", "staging_deployer"],
    ["prod", "prod_deployer"],
    ...(answers["external_access"] === "none"
      ? []
      : ([
          ["staging-access", "registrar"],
          ["prod-access", "registrar"],
        ] as const)),
  ] as const) {
    const clientId = answers[principal] ?? "";
    const connectionName = `${answers["azure_connection"] ?? "databricks"}-${name}`;
    // The sandbox has some of its own, of other principals.
    azure.connections.splice(0, Infinity, ...azure.connections.filter((one) => one.name !== connectionName));
    const connection = azure.addConnection({
      id: randomUUID(),
      name: connectionName,
      clientId,
      tenantId: TENANT_ID,
    });
    const trust = { name, issuer: azure.issuerOf(connection), subject: azure.subjectOf(connection) };
    entra.addCredential(clientId, trust);
  }
}

/** As {@link atGitHub}, in Azure Pipelines. */
export async function atAzure(answers: Answers, python: string): Promise<Rendered<AzureStepResult>> {
  const folder = await render(answers);
  const job = await startAzureJob({ task: await builtTask(), bundle: folder });
  await followSetup(folder, answers, job.sandbox);
  await moveToSandbox(job.checkout, answers, job.sandbox);
  connect(job.sandbox, answers);
  const PATH = [python, path.dirname(job.cli.file), "/usr/local/bin", "/usr/bin", "/bin"].join(
    path.delimiter,
  );
  const project = answers["project_name"] ?? "";
  return {
    sandbox: job.sandbox,
    checkout: job.checkout,
    async run(command, target) {
      const inputs = await taskInputs(job.checkout, project, command, target);
      const ref = command === "plan" ? "refs/pull/7/merge" : "refs/heads/main";
      const { organisation, project: azureProject } = job.sandbox.azure.run;
      job.sandbox.azure.setRun({
        organisation,
        project: azureProject,
        pipeline: `${project}-${command === "plan" ? "plan" : "deploy"}`,
        ref,
      });
      const variables = { AZURE_AUTHORITY_HOST: job.sandbox.entra.authority() };
      return job.step({ variables: "", ...inputs }, { env: { PATH }, variables });
    },
    stop: () => job.stop(),
  };
}
