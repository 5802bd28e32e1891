import { join } from "node:path";
import { applyPlan, guardDestructive } from "./apply.ts";
import { CliFailure, report } from "./diagnostics.ts";
import { DeploymentLock } from "./lock.ts";
import { countActions, makePlan } from "./plan.ts";
import type { Session } from "./session.ts";
import { DeploymentState, localFolder, writeLocal } from "./state.ts";
import { deploymentContent, readDeployment, uploadFiles, writeSnapshot, type Deployment } from "./upload.ts";

/** `bundle deploy`. @throws CliFailure */
export async function deploy(session: Session): Promise<void> {
  const { bundle, files, env, command } = session;
  const state = await DeploymentState.load(bundle, files, env, false);
  const before = readDeployment(await files.read(`${bundle.paths.state}/deployment.json`));
  if (!bundle.locked) {
    await deployLocked(session, state, before);
    return;
  }
  const lock = new DeploymentLock(bundle.paths.state, bundle.userName, files);
  await lock.acquire(command.forceLock);
  await withRelease(
    () => deployLocked(session, state, before),
    () => lock.release(),
    session,
  );
}

/** Releases in any case; if both fail, both errors are shown. */
export async function withRelease(
  act: () => Promise<void>,
  release: () => Promise<void>,
  { output }: Pick<Session, "output">,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof CliFailure) {
      try {
        await release();
      } catch (second) {
        if (second instanceof CliFailure) throw new CliFailure(...error.diagnostics, ...second.diagnostics);
        report(output, error.diagnostics);
        throw second;
      }
    }
    throw error;
  }
  await release();
}

async function deployLocked(session: Session, state: DeploymentState, before: Deployment): Promise<void> {
  const { bundle, files, env, output, client, command } = session;
  const internal = `${bundle.paths.artifact}/.internal`;
  await files.delete(internal, true);
  await files.mkdirs(internal);
  output.err(`Uploading bundle files to ${bundle.paths.file}...\n`);
  const { deployment, deleted } = await uploadFiles(bundle, before, files);
  await writeSnapshot(join(localFolder(bundle, env), "sync-snapshots"), deployment);
  const content = deploymentContent(deployment);
  await writeLocal(join(localFolder(bundle, env), "deployment.json"), content);
  await files.write(`${bundle.paths.state}/deployment.json`, content);
  const fileCount = `Files: ${deployment.files.length} uploaded, ${deleted} deleted\n`;

  const entries = await makePlan(bundle, state, client);
  try {
    guardDestructive(entries, command.autoApprove, output);
    const failures = await applyPlan(entries, bundle, state, client, output);
    if (state.exists) await files.write(`${bundle.paths.state}/resources.json`, state.content());
    if (failures.length > 0) throw new CliFailure(...failures.flatMap(({ diagnostics }) => diagnostics));
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    report(output, error.diagnostics);
    output.err(fileCount);
    throw new CliFailure();
  }
  await files.write(`${bundle.paths.state}/metadata.json`, metadata(session, state));
  const count = countActions(entries);
  output.err(
    `${fileCount}Resources: ${count.create} created, ${count.update} changed, ${count.delete} deleted, ${count.skip} unchanged\n`,
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
