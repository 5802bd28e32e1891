import { readFile } from "node:fs/promises";
import path from "node:path";
import { callError, type DatabricksApi } from "../api/client.ts";
import { inParallel } from "../api/paging.ts";
import { jobExists, pipelineExists } from "../api/workspace.ts";
import { readWorkspaceFile } from "../api/workspace-files.ts";
import { SecretlessError } from "../base/errors.ts";
import type { PrivateFolder } from "../cli/environment.ts";
import type { BundleSummary } from "../cli/summary.ts";

/**
 * What the CLI says that it has deployed is in the approved workspace: our own session finds there the record of this very
 * deployment, and each job and pipeline. Code of the bundle can send the CLI elsewhere, and fetch tokens that it does not use.
 * @throws SecretlessError `HOST_NOT_APPROVED`
 */
export async function proveDeployed(
  api: DatabricksApi,
  summary: BundleSummary,
  folder: PrivateFolder,
): Promise<void> {
  // The deployment is there, whatever becomes of this step.
  const here: DatabricksApi = { call: (request) => api.call({ ...request, lasting: true }) };
  const record = `${summary.workspace.statePath}/deployment.json`;
  const looks = [
    {
      name: record,
      look: () => isOurs(here, record, path.join(folder.state, summary.target, "deployment.json")),
    },
    ...summary.jobs.map(({ key, id }) => ({ name: `jobs.${key} (${id})`, look: () => jobExists(here, id) })),
    ...summary.pipelines.map(({ key, id }) => ({
      name: `pipelines.${key} (${id})`,
      look: () => pipelineExists(here, id),
    })),
  ];
  const found = await inParallel(looks, ({ look }) => look());
  const missing = looks.filter((_, at) => found[at] === false).map(({ name }) => name);
  if (missing.length === 0) return;
  throw new SecretlessError("HOST_NOT_APPROVED", {
    problem: `The Databricks CLI ended well, but what it says it has deployed is not in the approved workspace.`,
    expected: "the record of this deployment, its jobs and its pipelines, in the approved workspace",
    actual: `not there, or of another deployment: ${missing.slice(0, 20).join(", ")}`,
    remedy:
      "Find out where it was deployed to: code of the bundle (`experimental.scripts`, `python`, build commands) can write configuration that " +
      "sends the CLI elsewhere. If another deployment ran at the same time, run this one again.",
  });
}

/** Whether the workspace has the record that the CLI wrote in this run. */
async function isOurs(api: DatabricksApi, record: string, local: string): Promise<boolean> {
  const ours = await readFile(local, "utf8").catch(() => undefined);
  try {
    return ours !== undefined && ours === (await readWorkspaceFile(api, record));
  } catch (error) {
    throw callError("The look at the record of the deployment", error);
  }
}
