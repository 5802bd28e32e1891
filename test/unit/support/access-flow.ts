import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DEPLOYER, JOB_RUNNER } from "../../../sandbox/defaults.ts";
import { CREDENTIAL, prepareJobAccess } from "../../../sandbox/job-access.ts";
import { Flow, usualCli, type PlayCli } from "./flow.ts";

export const STATE = "/Workspace/Shared/lake/state";
export const ACCESS = `version: 1\njobs:\n  nightly:\n    - { purpose: read, unity_catalog_credential: ${CREDENTIAL} }\n`;

/** A use of the step on a deployed job whose access is declared, where the deployer may grant it. */
export async function startAccessFlow(): Promise<AccessOf & { readonly flow: Flow }> {
  const flow = await Flow.start();
  return { flow, ...(await prepareAccess(flow)) };
}

interface AccessOf {
  /** A CLI that shows the job. */
  readonly cli: (special?: PlayCli) => PlayCli;
  readonly jobId: string;
}

/** Declares the access of a deployed job, and lets the deployer grant it. */
export async function prepareAccess({ sandbox, checkout }: Flow): Promise<AccessOf> {
  prepareJobAccess(sandbox);
  sandbox.workspace.files.mkdirs(STATE);
  sandbox.workspace.files.mkdirs("/Workspace/Shared/lake/files");
  sandbox.workspace.serviceCredentials.grant(CREDENTIAL, DEPLOYER.applicationId, "MANAGE");
  const deployer = sandbox.account.principals.withApplicationId(DEPLOYER.applicationId);
  assert.ok(deployer);
  const runAs = { service_principal_name: JOB_RUNNER.applicationId };
  const deployment = { kind: "BUNDLE", metadata_file_path: `${STATE}/metadata.json` };
  const { id } = sandbox.workspace.jobs.create({ name: "nightly", run_as: runAs, deployment }, deployer);
  await writeFile(path.join(checkout, "access.yml"), ACCESS);
  const summary = JSON.stringify({
    sync: { paths: ["."] },
    bundle: { name: "lakehouse-jobs", target: "prod" },
    workspace: { root_path: "/Workspace/Shared/lake", state_path: STATE, file_path: `${STATE}/../files` },
    resources: { jobs: { nightly: { id, name: "nightly", run_as: runAs } } },
  });
  const cli = (special?: PlayCli): PlayCli => {
    const usual = usualCli({ "jobs.nightly": "skip" }, special);
    return (command, request) =>
      command === "summary -o json" ? { stdout: summary } : usual(command, request);
  };
  return { cli, jobId: id };
}
