import { listOf, textOf } from "../http/json.ts";
import type { Bundle } from "./bundle.ts";
import { CliFailure } from "./diagnostics.ts";
import { kindOf } from "./kinds.ts";
import { holdingLock } from "./lock.ts";
import { makePlan, selected, type PlanEntry } from "./plan.ts";
import { resolveReferences, type LookUp } from "./references.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";
import { uploadFiles } from "./upload.ts";
import { ApiFailure } from "./workspace-client.ts";

const DONE = { create: "Created", update: "Updated", recreate: "Recreated", delete: "Deleted", skip: "" };

/** `bundle deploy`. @throws CliFailure */
export async function deploy(session: Session): Promise<void> {
  const state = await DeploymentState.load(session.bundle, session.files);
  if (session.command.failOnActiveRuns) await refuseRunning(session, state);
  await holdingLock(session, () => deployLocked(session, state));
}

async function refuseRunning({ client }: Session, state: DeploymentState): Promise<void> {
  for (const [name, { id }] of state.resources) {
    if (!name.startsWith("resources.jobs.")) continue;
    const query = { job_id: id, active_only: "true" };
    const answer = await client.json({ method: "GET", path: "/api/2.2/jobs/runs/list", query });
    if (listOf(answer["runs"]).length > 0) throw new CliFailure(`job ${id} is running`);
  }
}

async function deployLocked(session: Session, state: DeploymentState): Promise<void> {
  const { bundle, files, note, client, command } = session;
  const { paths } = bundle;
  const internal = `${paths.artifact}/.internal`;
  await files.delete(internal, true);
  await files.mkdirs(internal);
  note(`Uploading bundle files to ${paths.file}...\n`);
  await uploadFiles(session);
  const entries = selected(await makePlan(bundle, state, client), command.select);
  const lost = entries.some(
    ({ name, action, gone }) =>
      kindOf(name).guarded && gone !== true && (action === "delete" || action === "recreate"),
  );
  if (lost && !command.autoApprove) {
    throw new CliFailure(
      "the deployment requires destructive actions, but the current console does not support prompting.\n" +
        "Deleting data assets such as schemas, pipelines, or volumes may cause permanent data loss and should be carefully reviewed.\n" +
        "To proceed, use --auto-approve after reviewing the plan above.",
    );
  }
  try {
    for (const entry of deletionsLast(entries)) await apply(entry, session, state);
  } finally {
    if (state.exists) await files.write(`${paths.state}/resources.json`, state.content());
  }
  await files.write(`${paths.state}/metadata.json`, metadata(bundle, state));
}

/** Dependents are deleted first. */
function deletionsLast(entries: readonly PlanEntry[]): PlanEntry[] {
  const deletions = entries.filter(({ action }) => action === "delete").reverse();
  return [...entries.filter(({ action }) => action !== "delete"), ...deletions];
}

/** Makes the change and takes it down. */
async function apply(entry: PlanEntry, session: Session, state: DeploymentState): Promise<void> {
  const { name, action, id = "", gone, dependsOn } = entry;
  if (action === "skip") return;
  const { client, bundle, note } = session;
  const kind = kindOf(name);
  const doing = `cannot ${action} ${name}`;
  const lookUp: LookUp = (node, field) => {
    const resource = state.resources.get(node);
    return field === "id" || resource === undefined ? resource?.id : textOf(resource.settings[field]);
  };
  if (action === "delete" || action === "recreate") {
    if (gone !== true) await kind.delete(client, id, doing);
    state.record(name, undefined);
  }
  const wanted = bundle.resources.get(name);
  if (wanted !== undefined) {
    const { value: settings } = resolveReferences(wanted.settings, lookUp);
    if (action === "update") await kind.update(client, id, settings, doing);
    const deployed = action === "update" ? id : await kind.create(client, settings, doing);
    state.record(name, { id: deployed, settings, dependsOn });
  }
  note(`${DONE[action]} ${name.replace(/^resources\./, "")}\n`);
}

function metadata({ name, target, mode, paths, resources }: Bundle, state: DeploymentState): Buffer {
  const jobs = [...resources]
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
  const { bundle, files, note } = session;
  const state = await DeploymentState.load(bundle, files);
  if ((await files.status(bundle.paths.root)) === undefined) {
    note("No active deployment found to destroy!\n");
    return;
  }
  await holdingLock(session, () => destroyLocked(session, state));
}

/** What may not be deleted stays, with a warning only, as in the real CLI. */
async function destroyLocked(
  { bundle, files, note, client }: Session,
  state: DeploymentState,
): Promise<void> {
  const entries = await makePlan({ resources: new Map() }, state, client);
  for (const { name, id = "", gone } of deletionsLast(entries)) {
    try {
      if (gone !== true) await kindOf(name).delete(client, id, `cannot delete ${name}`);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
      note(
        `Warn: destroying ${name}: Ignoring permission error when deleting ${name} id=${id}: ${error.apiMessage}\n`,
      );
    }
  }
  await files.delete(bundle.paths.root, true);
  note(`Destroy: ${entries.length} deleted\n`);
}
