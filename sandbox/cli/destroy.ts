import { CliFailure } from "./diagnostics.ts";
import { withRelease } from "./deploy.ts";
import { DeploymentLock } from "./lock.ts";
import { makePlan } from "./plan.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";
import { ApiFailure } from "./workspace-client.ts";

/** Checked before anything else. @throws CliFailure */
export function requireApproval(autoApprove: boolean): void {
  if (autoApprove) return;
  throw new CliFailure(
    "this command will destroy all resources deployed by this bundle, including workspace files in the deployment directory.\n" +
      "Deleting data assets such as schemas, pipelines, or volumes may cause permanent data loss and should be carefully reviewed.\n" +
      "To proceed, use --auto-approve.",
  );
}

/** `bundle destroy`. A job that may not be deleted stays, and the command still succeeds. @throws CliFailure */
export async function destroy(session: Session): Promise<void> {
  const { bundle, files, env, output, command } = session;
  const state = await DeploymentState.load(bundle, files, env, false);
  if ((await files.status(bundle.paths.root)) === undefined) {
    output.err("No active deployment found to destroy!\n");
    return;
  }
  if (!bundle.locked) {
    await destroyLocked(session, state);
    return;
  }
  const lock = new DeploymentLock(bundle.paths.state, bundle.userName, files);
  await lock.acquire(command.forceLock);
  await withRelease(
    () => destroyLocked(session, state),
    () => lock.releaseAfterDestroy(),
    session,
  );
}

async function destroyLocked(session: Session, state: DeploymentState): Promise<void> {
  const { bundle, files, output, client } = session;
  const entries = await makePlan({ ...bundle, jobs: new Map() }, state, client);
  const present = entries.filter((entry) => entry.gone !== true);
  if (present.length > 0) {
    const list = present.map(({ key }) => `  delete resources.jobs.${key}\n`);
    output.err(`The following resources will be deleted:\n${list.join("")}\n`);
  }
  output.err(`All files and directories at the following location will be deleted: ${bundle.paths.root}\n\n`);
  for (const { key, id = "" } of present) {
    const doing = `cannot delete resources.jobs.${key}`;
    try {
      await client.json({
        method: "POST",
        path: "/api/2.2/jobs/delete",
        body: { job_id: BigInt(id) },
        doing,
      });
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
      output.err(
        `Warn: destroying resources.jobs.${key}: Ignoring permission error when deleting resources.jobs.${key} id=${id}: ${error.apiMessage}\n`,
      );
    }
  }
  await files.delete(bundle.paths.root, true);
  await state.forget();
  output.err(`Destroy: ${entries.length} deleted\n`);
}
