import { join } from "node:path";
import { CliFailure, report } from "./diagnostics.ts";
import { idOf, type JsonObject } from "../http/json.ts";
import { DeploymentLock } from "./lock.ts";
import { makePlan, type PlanEntry } from "./plan.ts";
import type { Session } from "./session.ts";
import { DeploymentState, localFolder, writeLocal } from "./state.ts";
import { deploymentContent, readDeployment, uploadFiles, type Deployment } from "./upload.ts";

const DONE = { create: "Created", update: "Updated", delete: "Deleted", skip: "" } as const;

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
  const { bundle, files, env, output, client } = session;
  const internal = `${bundle.paths.artifact}/.internal`;
  await files.delete(internal, true);
  await files.mkdirs(internal);
  output.err(`Uploading bundle files to ${bundle.paths.file}...\n`);
  const { deployment, deleted } = await uploadFiles(bundle, before, files);
  const content = deploymentContent(deployment);
  await writeLocal(join(localFolder(bundle, env), "deployment.json"), content);
  await files.write(`${bundle.paths.state}/deployment.json`, content);
  const fileCount = `Files: ${deployment.files.length} uploaded, ${deleted} deleted\n`;

  const entries = await makePlan(bundle, state, client);
  const failures: CliFailure[] = [];
  for (const entry of entries) {
    try {
      await apply(entry, state, session);
      if (DONE[entry.action] !== "") output.err(`${DONE[entry.action]} jobs.${entry.key}\n`);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      failures.push(error);
    }
  }
  if (state.exists) await files.write(`${bundle.paths.state}/resources.json`, state.content());
  if (failures.length > 0) {
    report(
      output,
      failures.flatMap(({ diagnostics }) => diagnostics),
    );
    output.err(fileCount);
    throw new CliFailure();
  }
  await files.write(`${bundle.paths.state}/metadata.json`, metadata(session, state));
  const count = (action: PlanEntry["action"]): number =>
    entries.filter((entry) => entry.action === action).length;
  output.err(
    `${fileCount}Resources: ${count("create")} created, ${count("update")} changed, ${count("delete")} deleted, ${count("skip")} unchanged\n`,
  );
}

/** Makes one change and records it. @throws CliFailure */
async function apply(entry: PlanEntry, state: DeploymentState, { client }: Session): Promise<void> {
  const { key, action, id = "", settings = {} } = entry;
  const name = `resources.jobs.${key}`;
  const post = (call: string, body: JsonObject): Promise<JsonObject> =>
    client.json({ method: "POST", path: `/api/2.2/jobs/${call}`, body, doing: `cannot ${action} ${name}` });
  if (action === "create") {
    const created = idOf((await post("create", settings))["job_id"]);
    await state.record(name, { id: created, settings });
  } else if (action === "update") {
    await post("reset", { job_id: BigInt(id), new_settings: settings });
    await state.record(name, { id, settings });
  } else if (action === "delete") {
    if (entry.gone !== true) await post("delete", { job_id: BigInt(id) });
    await state.record(name, undefined);
  }
}

function metadata({ bundle }: Session, state: DeploymentState): Buffer {
  const { name, target, mode, paths } = bundle;
  const jobs = [...bundle.jobs].map(([key, { file }]) => {
    const id = state.resources.get(`resources.jobs.${key}`)?.id;
    return [key, { id, relative_path: file }] as const;
  });
  const config = {
    bundle: { name, target, ...(mode === "" ? {} : { mode }), git: { bundle_root_path: "." } },
    workspace: { file_path: paths.file },
    resources: { jobs: Object.fromEntries(jobs) },
    presets: { source_linked_deployment: false },
  };
  return Buffer.from(JSON.stringify({ version: 1, config, extra: {} }, undefined, 2));
}
