import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import { initTemplate, type Answers } from "../../../scripts/render-template.ts";

/** Why tests of rendered templates cannot run here, for their titles; "" if they can. */
export const WITHOUT_CLI =
  (await realCli()) === undefined ? " (skipped: no databricks on PATH renders templates)" : "";

/** Answers that need nothing but a terminal's defaults beside them; no principal of the sandbox is among them. */
export const ANSWERS = {
  project_name: "lake_orders",
  cloud: "azure",
  ci_platform: "both",
  language: "python",
  external_access: "unity_catalog_credential",
  account_id: "8a6c1f0e-3b7d-4c52-9f10-2d4be7c85a31",
  staging_host: "https://adb-1111111111111111.1.azuredatabricks.net",
  prod_host: "https://adb-7405608901234567.7.azuredatabricks.net",
  planner: "3d9a51c6-8e27-4b40-9f6c-a1d0c7e2b835",
  staging_deployer: "70d2c5be-94f1-4d0a-8b36-1f5e9a27c843",
  prod_deployer: "e4f8b1d2-36a9-4c75-b0e1-8c2d7f5a9036",
  staging_job_principal: "b1c9e7f4-2d58-4a06-9e73-60f8d4a5c21b",
  prod_job_principal: "58c3a7e9-1f60-4d2b-8a94-d7e6b0c1f352",
  registrar: "0f7e2d4c-b9a8-4163-85d2-f4c0e9b7a618",
  staging_warehouse_id: "1f2e3d4c5b6a7980",
  prod_warehouse_id: "0897a6b5c4d3e2f1",
  github_repository: "example-org/lake",
  github_ids: "16543210/734912856",
  azure_organization: "example-org",
  azure_organization_id: "3f5d2b7c-8e14-4a69-b0c1-7d92e6a4f538",
  azure_project: "lake",
  secretless_ref: "example-org/databricks-secretless/action@0123456789abcdef0123456789abcdef01234567",
} as const satisfies Answers;

/** Hosts of workspaces by cloud. */
export const HOSTS = {
  azure: { staging_host: ANSWERS.staging_host, prod_host: ANSWERS.prod_host },
  aws: {
    staging_host: "https://dbc-a1b2c3d4-0001.cloud.databricks.com",
    prod_host: "https://dbc-a1b2c3d4-0002.cloud.databricks.com",
  },
  gcp: {
    staging_host: "https://1111111111111111.1.gcp.databricks.com",
    prod_host: "https://7405608901234567.7.gcp.databricks.com",
  },
} as const;

/** A project made from the answers, in a fresh folder. */
export async function render(answers: Answers): Promise<string> {
  const output = await freshUntilExit("rendered");
  const { code, said } = await initTemplate("bundle", answers, output);
  if (code !== 0) throw new Error(said);
  return path.join(output, answers["project_name"] ?? "");
}

/** All files below a folder but wheels, which are no texts: path with slashes → text. */
export async function textsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".whl"));
  const texts = files.map(async (file): Promise<[string, string]> => {
    const full = path.join(file.parentPath, file.name);
    return [path.relative(folder, full).split(path.sep).join("/"), await readFile(full, "utf8")];
  });
  return new Map((await Promise.all(texts)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export interface WorkflowStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
export interface WorkflowJob {
  readonly if?: string;
  readonly environment?: { readonly name: string };
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly "cancel-in-progress": boolean };
  readonly steps: readonly WorkflowStep[];
}
export interface Workflow {
  readonly on: Readonly<Record<string, { readonly branches: readonly string[] }>>;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, WorkflowJob>>;
}

export async function workflow(folder: string, file: string): Promise<Workflow> {
  return parse(await readFile(path.join(folder, ".github/workflows", file), "utf8")) as Workflow;
}

/** The inputs of the step of a job that uses our action, as the runner hands them on. */
export function inputsOf(job: WorkflowJob): Record<string, string> {
  const own = job.steps.find(({ uses = "" }) => uses.includes("/databricks-secretless/action@"));
  return Object.fromEntries(Object.entries(own?.with ?? {}).map(([name, value]) => [name, String(value)]));
}
