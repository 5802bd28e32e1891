import { readFile } from "node:fs/promises";
import path from "node:path";
import { jobExists, pipelineExists, workspaceFile, type WorkspaceApi } from "../api/workspace.ts";
import { SecretlessError } from "../base/errors.ts";
import type { PrivateFolder } from "../cli/environment.ts";
import type { BundleSummary } from "../cli/summary.ts";

/** Looks at the workspace at once. */
const LOOKS = 10;

/**
 * What the CLI says that it has deployed is in the approved workspace: our own session finds there the record of this very
 * deployment, and each job and pipeline. Code of the bundle can send the CLI elsewhere, and fetch tokens that it does not use.
 * @throws SecretlessError `HOST_NOT_APPROVED`
 */
export async function proveDeployed(
  api: WorkspaceApi,
  summary: BundleSummary,
  folder: PrivateFolder,
): Promise<void> {
  const here = { ...api, signal: undefined };
  const missing: string[] = [];
  const record = `${summary.workspace.statePath}/deployment.json`;
  const [ours, theirs] = await Promise.all([
    readFile(path.join(folder.state, summary.target, "deployment.json"), "utf8").catch(() => undefined),
    workspaceFile(here, record),
  ]);
  if (ours === undefined || ours !== theirs) missing.push(record);
  const looks = [
    ...summary.jobs.map(({ key, id }) => ({ name: `jobs.${key} (${id})`, look: () => jobExists(here, id) })),
    ...summary.pipelines.map(({ key, id }) => ({
      name: `pipelines.${key} (${id})`,
      look: () => pipelineExists(here, id),
    })),
  ];
  for (let at = 0; at < looks.length; at += LOOKS) {
    const part = looks.slice(at, at + LOOKS);
    const found = await Promise.all(part.map(({ look }) => look()));
    missing.push(...part.filter((_, index) => found[index] === false).map(({ name }) => name));
  }
  if (missing.length === 0) return;
  throw new SecretlessError("HOST_NOT_APPROVED", {
    problem: `The Databricks CLI ended well, but what it says it has deployed is not in ${api.host}.`,
    expected: "the record of this deployment, its jobs and its pipelines, in the approved workspace",
    actual: `not there, or of another deployment: ${missing.slice(0, 20).join(", ")}`,
    remedy:
      "Find out where it was deployed to: code of the bundle (`experimental.scripts`, `python`, build commands) can write configuration that " +
      "sends the CLI elsewhere. If another deployment ran at the same time, run this one again.",
  });
}
