import { readFile } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseDocument } from "yaml";
import type { Answers } from "../../../scripts/render-template.ts";
import { inputsOf, type Workflow, type WorkflowJob } from "./rendered.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const json = async (file: string): Promise<object> =>
  JSON.parse(await readFile(path.join(root, file), "utf8")) as object;
const ajv = new Ajv2020({ strict: false });
const access = ajv.compile(await json("schemas/access.schema.json"));
const policy = ajv.compile(await json("schemas/policy.schema.json"));
const task = (await json("tasks/DatabricksBundle/task.json")) as { inputs: { name: string }[] };
const TASK_INPUTS = new Set(task.inputs.map(({ name }) => name));

/** What no rendered file may hold, whatever the answers. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ["a part of the template", /(?<!\$)\{\{|<no value>|%!/],
  ["a secret", /\bsecrets\.|\bsecretless_secret|System\.AccessToken|SYSTEM_ACCESSTOKEN/],
  ["a download piped to a shell", /\b(?:curl|wget)\b[^\n]*\|\s*(?:ba|z)?sh\b/],
  ["an event that anybody can cause", /pull_request_target|workflow_run|issue_comment/],
  ["the environment, printed", /\bprintenv\b|\benv\s*\||Get-ChildItem env:|run: env$/m],
  ["a tab or a blank at the end of a line", /\t|[ ]$/m],
];

interface PipelineStep {
  readonly task?: string;
  readonly checkout?: string;
  readonly persistCredentials?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}
interface Target {
  readonly mode: string;
  readonly workspace: { readonly host: string; readonly root_path?: string };
  readonly variables?: Readonly<Record<string, string>>;
  readonly resources?: { readonly jobs: Readonly<Record<string, { readonly run_as?: object }>> };
}
interface Bundle {
  readonly bundle: { readonly engine: string; readonly name: unknown };
  readonly targets: Readonly<Record<string, Target>>;
}

/** Everything that is not as it should be in the files of a rendered project (or of the CI that was added to one). */
export function mistakesIn(files: ReadonlyMap<string, string>, answers: Answers): readonly string[] {
  const mistakes: string[] = [];
  const expect = (good: boolean, what: string): void => {
    if (!good) mistakes.push(what);
  };
  const yaml = new Map<string, unknown>();
  for (const [file, text] of files) {
    for (const [what, pattern] of FORBIDDEN) {
      const found = pattern.exec(text);
      expect(found === null, `${file}: ${what}: ${JSON.stringify(found?.[0])}`);
    }
    const asks = answers["external_access"] !== "none";
    expect(asks || !text.includes("registrar"), `${file}: a registrar that nothing needs`);
    expect(file.endsWith(".py") || !text.includes("\n\n\n"), `${file}: two blank lines`);
    expect(/[^\n]\n$/.test(text), `${file}: does not end with one line end`);
    if (!/\.ya?ml$/.test(file)) continue;
    const document = parseDocument(text);
    for (const one of [...document.errors, ...document.warnings]) mistakes.push(`${file}: ${one.message}`);
    yaml.set(file, document.toJS());
    // Readers of YAML 1.1 take yes, on, 1e3 and 12:30 for something else than text.
    const older: unknown = parseDocument(text.replace(/^on:/m, '"on":'), { version: "1.1" }).toJS();
    expect(isDeepStrictEqual(older, yaml.get(file)), `${file}: two versions of YAML read it in two ways`);
  }
  for (const [file, value] of yaml) {
    if (file.includes(".github/workflows/")) checkWorkflow(file, value as Workflow, answers, expect);
    if (file.includes(".azure-pipelines/")) checkPipeline(file, value, answers, expect);
    if (file.endsWith("access.yml")) expect(access(value), `${file}: ${ajv.errorsText(access.errors)}`);
    if (file.endsWith("policy.yml")) expect(policy(value), `${file}: ${ajv.errorsText(policy.errors)}`);
    if (file.endsWith("databricks.yml")) checkBundle(file, value as Bundle, answers, expect);
  }
  return mistakes;
}

type Expect = (good: boolean, what: string) => void;

function checkWorkflow(
  file: string,
  { on, permissions, jobs }: Workflow,
  answers: Answers,
  expect: Expect,
): void {
  expect(JSON.stringify(permissions) === "{}", `${file}: permissions at the top`);
  const plans = file.endsWith("-plan.yml");
  const { main_branch: main = "main", prod_branch: prod = "release", github_trust: trust } = answers;
  const branches = trust === "branch" ? [main, prod] : [main];
  const event = Object.entries(on).map(([name, value]) => [name, ...value.branches]);
  const wanted = [[plans ? "pull_request" : "push", ...branches]];
  expect(JSON.stringify(event) === JSON.stringify(wanted), `${file}: runs on ${JSON.stringify(event)}`);
  const roles = Object.entries(jobs).map(([name, job]): [string, WorkflowJob] => [name, job]);
  for (const [name, job] of roles) {
    const place = `${file}: ${name}`;
    for (const { uses, with: inputs } of job.steps) {
      if (uses === undefined) continue;
      expect(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(uses), `${place}: ${uses} is not pinned`);
      const leavesToken = uses.startsWith("actions/checkout@") && inputs?.["persist-credentials"] !== false;
      expect(!leavesToken, `${place}: persists credentials`);
    }
    const ours = inputsOf(job);
    const signsIn = job.permissions["id-token"] === "write";
    expect(
      signsIn === (ours["command"] !== undefined),
      `${place}: id-token without our step, or the reverse`,
    );
    const writes = Object.entries(job.permissions).filter(([, level]) => level === "write");
    expect(writes.length <= 1, `${place}: more than one right to write`);
    expect(
      job.permissions["pull-requests"] === undefined ||
        job.steps.every(({ uses = "" }) => !uses.includes("checkout")),
      `${place}: comments beside code of the pull request`,
    );
    if (ours["command"] === undefined) continue;
    const target = name.replace(/^(?:plan|deploy|access)-/, "");
    const registers = name.startsWith("access-");
    const isProd = target === (answers["prod_target"] ?? "prod");
    const which = isProd ? "prod" : "staging";
    const command = plans ? "plan" : registers ? "access" : "deploy";
    expect(ours["command"] === command, `${place}: ${ours["command"]}`);
    expect(ours["target"] === target, `${place}: target ${String(ours["target"])}`);
    expect(ours["host"] === answers[`${which}_host`], `${place}: host ${String(ours["host"])}`);
    const principal = answers[plans ? "planner" : registers ? "registrar" : `${which}_deployer`];
    expect(ours["client-id"] === principal, `${place}: client-id ${String(ours["client-id"])}`);
    if (registers) {
      expect(job.environment?.name === `${target}-access`, `${place}: environment`);
      const runs = job.steps.filter((step) => "run" in step);
      expect(runs.length === 0, `${place}: runs something beside the registrar`);
    } else if (plans) {
      const noFork = "github.event.pull_request.head.repo.full_name == github.repository";
      expect(job.if === noFork, `${place}: runs for forks`);
    } else {
      expect(job.concurrency?.["cancel-in-progress"] === false, `${place}: may be cancelled by the next one`);
      expect(job.environment?.name === (trust === "branch" ? undefined : target), `${place}: environment`);
      const ref = `github.ref == 'refs/heads/${isProd ? prod : main}'`;
      expect(job.if === (trust === "branch" ? ref : undefined), `${place}: if ${String(job.if)}`);
    }
  }
  const commands = roles.map(([, job]) => inputsOf(job)["command"]).filter((one) => one !== undefined);
  const wantedJobs = !plans && registersApart(answers) ? 4 : 2;
  expect(commands.length === wantedJobs, `${file}: ${commands.length} jobs with our action`);
}

/** Whether the registrar has a job of its own: wherever the CI can give it a subject that no deployment has. */
export function registersApart(answers: Answers): boolean {
  if ((answers["external_access"] ?? "none") === "none" || answers["form"] === "ci") return false;
  const cloud = answers["cloud"] ?? "azure";
  const trust = answers["azure_trust"] ?? (cloud === "azure" ? "service_connection" : "pipeline");
  return (answers["ci_platform"] ?? "github_actions") === "github_actions" || trust === "service_connection";
}

/** Every mapping in a value, at whatever depth. */
function* mappings(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const child of Object.values(value)) yield* mappings(child);
}

function checkPipeline(file: string, value: unknown, answers: Answers, expect: Expect): void {
  for (const step of mappings(value) as Iterable<PipelineStep>) {
    if (step.checkout !== undefined)
      expect(step.persistCredentials === false, `${file}: persists credentials`);
    if (typeof step.task !== "string") continue;
    expect(/@\d+$/.test(step.task), `${file}: ${step.task} has no version`);
    if (!step.task.startsWith("DatabricksBundle@")) continue;
    for (const name of Object.keys(step.inputs ?? {}))
      expect(TASK_INPUTS.has(name), `${file}: the task has no input ${name}`);
  }
  if (file.endsWith("-deploy.yml")) {
    const { lockBehavior } = value as { lockBehavior?: string };
    expect(lockBehavior === "sequential", `${file}: lockBehavior ${String(lockBehavior)}`);
    const deployments = [...mappings(value)].filter((one) => one["deployment"] !== undefined);
    expect(
      deployments.length === (registersApart(answers) ? 4 : 2),
      `${file}: ${deployments.length} deployment jobs`,
    );
    for (const one of deployments) expect(typeof one["environment"] === "string", `${file}: no environment`);
  }
}

function checkBundle(file: string, bundle: Bundle, answers: Answers, expect: Expect): void {
  expect(bundle.bundle.name === answers["project_name"], `${file}: name ${String(bundle.bundle.name)}`);
  expect(bundle.bundle.engine === "direct", `${file}: engine`);
  const { dev, ...others } = bundle.targets;
  expect(dev?.mode === "development" && dev.workspace.host === answers["staging_host"], `${file}: dev`);
  for (const [name, target] of Object.entries(others)) {
    const place = `${file}: ${name}`;
    expect(target.mode === "production", `${place}: mode ${target.mode}`);
    expect(target.workspace.host === answers[`${name}_host`], `${place}: another host than the workflow's`);
    expect(target.variables?.["deployer"] === answers[`${name}_deployer`], `${place}: deployer`);
    const fixed = "/Workspace/Users/${var.deployer}/.bundle/${bundle.name}/${bundle.target}";
    expect(target.workspace.root_path === fixed, `${place}: root_path ${String(target.workspace.root_path)}`);
    const principal = { service_principal_name: answers[`${name}_job_principal`] };
    const runAs = Object.values(target.resources?.jobs ?? {}).map((job) => job.run_as);
    expect(
      JSON.stringify(runAs) === JSON.stringify([principal]),
      `${place}: run_as ${JSON.stringify(runAs)}`,
    );
  }
}
