/**
 * `npm run examples`: puts the wheel of runtime/ into the bundle templates, and renders their examples anew, with the
 * Databricks CLI on PATH. Tests compare.
 */
import { cp, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { ACCOUNT_ID, AZURE_DEPLOYER, DEPLOYER, JOB_RUNNER, PLANNER, REGISTRAR } from "../sandbox/defaults.ts";
import { ORGANISATION_ID } from "../sandbox/azure/claims.ts";
import { initTemplate, type Answers } from "./render-template.ts";
import { buildWheel } from "./wheel.ts";

const COMMON = {
  project_name: "lake_orders",
  cloud: "azure",
  account_id: ACCOUNT_ID,
  staging_host: "https://adb-1111111111111111.1.azuredatabricks.net",
  prod_host: "https://adb-7405608901234567.7.azuredatabricks.net",
  planner: PLANNER.applicationId,
  staging_deployer: "70d2c5be-94f1-4d0a-8b36-1f5e9a27c843",
  staging_job_principal: "b1c9e7f4-2d58-4a06-9e73-60f8d4a5c21b",
  prod_job_principal: JOB_RUNNER.applicationId,
  secretless_ref: "example-org/databricks-secretless/action@0123456789abcdef0123456789abcdef01234567",
} as const;

/** Folder below examples/ → the answers that make it. */
export const EXAMPLES: Readonly<Record<string, Answers>> = {
  "template-github-actions": {
    ...COMMON,
    ci_platform: "github_actions",
    language: "python",
    external_access: "unity_catalog_credential",
    prod_deployer: DEPLOYER.applicationId,
    registrar: REGISTRAR.applicationId,
    github_repository: "example-org/lake",
    github_ids: "16543210/734912856",
  },
  "template-azure-devops": {
    ...COMMON,
    ci_platform: "azure_devops",
    language: "sql",
    prod_deployer: AZURE_DEPLOYER.applicationId,
    staging_warehouse_id: "1f2e3d4c5b6a7980",
    prod_warehouse_id: "0897a6b5c4d3e2f1",
    azure_organization: "example-org",
    azure_organization_id: ORGANISATION_ID,
    azure_project: "lake",
  },
};

/**
 * Renders an example into a fresh folder.
 * @throws Error with what the CLI said
 */
export async function renderExample(name: string): Promise<string> {
  const output = await freshUntilExit("example");
  const answers = EXAMPLES[name] ?? {};
  const { code, said } = await initTemplate("bundle", answers, output);
  if (code !== 0) throw new Error(said);
  return path.join(output, answers["project_name"] ?? "");
}

/** Where the template keeps the wheel of runtime/ that its projects ship. */
export const TEMPLATE_WHEELS = path.resolve(
  import.meta.dirname,
  "../bundle-templates/shared/template/{{.bundle_folder}}/wheels",
);

if (process.argv[1] === import.meta.filename) {
  const former = await readdir(TEMPLATE_WHEELS);
  const wheel = await buildWheel(TEMPLATE_WHEELS);
  if (wheel === undefined)
    console.log("SKIPPED: the wheel of runtime/ (needs Python with build and hatchling)");
  else
    for (const name of former) if (name !== path.basename(wheel)) await rm(path.join(TEMPLATE_WHEELS, name));
  for (const name of Object.keys(EXAMPLES)) {
    const folder = path.resolve(import.meta.dirname, "../examples", name);
    const rendered = await renderExample(name);
    await rm(folder, { recursive: true, force: true });
    await cp(rendered, folder, { recursive: true });
    await rm(path.dirname(rendered), { recursive: true });
  }
}
