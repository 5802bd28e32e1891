import { join } from "node:path";
import { applyPlan, guardDestructive } from "./apply.ts";
import { cannot, CliFailure, report } from "./diagnostics.ts";
import { kindOf } from "./kinds.ts";
import { DeploymentLock } from "./lock.ts";
import { byName, makePlan, type PlanEntry } from "./plan.ts";
import type { Session } from "./session.ts";
import { DeploymentState, localFolder, writeLocal } from "./state.ts";
import { deploymentContent, readDeployment, uploadFiles, writeSnapshot, type Deployment } from "./upload.ts";
import { ApiFailure } from "./workspace-client.ts";

/** `bundle deploy`. @throws CliFailure */
export async function deploy(session: Session): Promise<void> {
  const { bundle, files, env, output } = session;
  const state = await DeploymentState.load(bundle, files, env);
  const before = readDeployment(await files.read(`${bundle.paths.state}/deployment.json`));
  await lockOf(session).holding(() => deployLocked(session, state, before), output);
}

function lockOf({ bundle, files }: Session): DeploymentLock {
  if (bundle.mode === "development") throw cannot("a deployment without a lock, as in development mode");
  return new DeploymentLock(bundle.paths.state, bundle.userName, files);
}

async function deployLocked(session: Session, state: DeploymentState, before: Deployment): Promise<void> {
  const { bundle, files, env, output, client, command } = session;
  const { paths } = bundle;
  const internal = `${paths.artifact}/.internal`;
  await files.delete(internal, true);
  await files.mkdirs(internal);
  output.err(`Uploading bundle files to ${paths.file}...\n`);
  const deployment = await uploadFiles(bundle, before, files);
  await writeSnapshot(join(localFolder(bundle, env), "sync-snapshots"), deployment);
  const content = deploymentContent(deployment);
  await writeLocal(join(localFolder(bundle, env), "deployment.json"), content);
  await files.write(`${paths.state}/deployment.json`, content);
  const fileCount = `Files: ${deployment.files.length} uploaded, 0 deleted\n`;

  const entries = await makePlan(bundle, state, client);
  try {
    guardDestructive(entries, command.autoApprove, output);
    const failures = await applyPlan(entries, bundle, state, client, output);
    if (state.exists) await files.write(`${paths.state}/resources.json`, state.content());
    if (failures.length > 0) throw new CliFailure(...failures.flatMap(({ diagnostics }) => diagnostics));
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    report(output, error.diagnostics);
    output.err(fileCount);
    throw new CliFailure();
  }
  await files.write(`${paths.state}/metadata.json`, metadata(session, state));
  // What is recreated is both created and deleted.
  const count = (...actions: readonly PlanEntry["action"][]): number =>
    entries.filter(({ action }) => actions.includes(action)).length;
  output.err(
    `${fileCount}Resources: ${count("create", "recreate")} created, ${count("update")} changed, ${count("delete", "recreate")} deleted, ${count("skip")} unchanged\n`,
  );
}

function metadata({ bundle }: Session, state: DeploymentState): Buffer {
  const { name, target, mode, paths } = bundle;
  const jobs = [...bundle.resources]
    .filter(([name]) => name.startsWith("resources.jobs."))
    .map(
      ([name, { key, file }]) => [key, { id: state.resources.get(name)?.id, relative_path: file }] as const,
    );
  const config = {
    bundle: { name, target, ...(mode === "" ? {} : { mode }), git: { bundle_root_path: "." } },
    workspace: { file_path: paths.file },
    resources: { jobs: Object.fromEntries(jobs) },
    presets: { source_linked_deployment: false },
  };
  return Buffer.from(JSON.stringify({ version: 1, config, extra: {} }, undefined, 2));
}

/** `bundle destroy`. @throws CliFailure */
export async function destroy(session: Session): Promise<void> {
  const { bundle, files, env, output } = session;
  const state = await DeploymentState.load(bundle, files, env);
  if ((await files.status(bundle.paths.root)) === undefined) {
    output.err("No active deployment found to destroy!\n");
    return;
  }
  await lockOf(session).holding(() => destroyLocked(session, state), output, true);
}

/** Dependents first. What may not be deleted stays, with a warning only, as in the real CLI. */
async function destroyLocked(
  { bundle, files, output, client }: Session,
  state: DeploymentState,
): Promise<void> {
  const entries = await makePlan({ resources: new Map() }, state, client);
  const present = entries.filter((entry) => entry.gone !== true);
  const list = (some: readonly PlanEntry[]): string =>
    [...some]
      .sort(byName)
      .map(({ name }) => `  delete ${name}\n`)
      .join("");
  if (present.length > 0) output.err(`The following resources will be deleted:\n${list(present)}\n`);
  const guarded = present.filter(({ name }) => kindOf(name).guarded !== undefined);
  if (guarded[0] !== undefined) {
    output.err(
      `This action will result in the deletion of the following ${kindOf(guarded[0].name).guarded ?? ""}. Any underlying data may be lost:\n${list(guarded)}\n`,
    );
  }
  output.err(`All files and directories at the following location will be deleted: ${bundle.paths.root}\n\n`);
  for (const { name, id = "" } of present.reverse()) {
    try {
      await kindOf(name).delete(client, id, `cannot delete ${name}`);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
      output.err(
        `Warn: destroying ${name}: Ignoring permission error when deleting ${name} id=${id}: ${error.apiMessage}\n`,
      );
    }
  }
  await files.delete(bundle.paths.root, true);
  await state.forget();
  output.err(`Destroy: ${entries.length} deleted\n`);
}
