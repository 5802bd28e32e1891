import { deleteAll } from "./apply.ts";
import { CliFailure } from "./diagnostics.ts";
import { withRelease } from "./deploy.ts";
import { DeploymentLock } from "./lock.ts";
import { kindOf } from "./kinds.ts";
import { byName, makePlan, type PlanEntry } from "./plan.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

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
  const entries = await makePlan({ ...bundle, resources: new Map() }, state, client);
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
  await deleteAll(present, client, output);
  await files.delete(bundle.paths.root, true);
  await state.forget();
  output.err(`Destroy: ${entries.length} deleted\n`);
}
