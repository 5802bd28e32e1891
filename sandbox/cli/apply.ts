import type { Bundle } from "./bundle.ts";
import { CliFailure, type Output } from "./diagnostics.ts";
import { kindOf, shortName } from "./kinds.ts";
import { byName, type PlanEntry } from "./plan.ts";
import { resolveReferences, type LookUp } from "./references.ts";
import type { DeploymentState } from "./state.ts";
import { textOf } from "../http/json.ts";
import { ApiFailure, type WorkspaceClient } from "./workspace-client.ts";

const DONE = {
  create: "Created",
  update: "Updated",
  recreate: "Recreated",
  delete: "Deleted",
  skip: "",
} as const;

/**
 * Says what a change would destroy.
 * @throws CliFailure without approval, and nothing is changed
 */
export function guardDestructive(entries: readonly PlanEntry[], approved: boolean, output: Output): void {
  const guarded = entries.filter(
    ({ name, action, gone }) =>
      kindOf(name).guarded !== undefined && gone !== true && (action === "delete" || action === "recreate"),
  );
  const [first] = guarded;
  if (first === undefined) return;
  const list = guarded.sort(byName).map(({ name, action }) => `  ${action} ${name}\n`);
  output.err(
    `\nThis action will result in the deletion or recreation of the following ${kindOf(first.name).guarded ?? ""}. Any underlying data may be lost:\n${list.join("")}`,
  );
  if (approved) return;
  throw new CliFailure(
    "the deployment requires destructive actions, but the current console does not support prompting.\n" +
      "Deleting data assets such as schemas, pipelines, or volumes may cause permanent data loss and should be carefully reviewed.\n" +
      "To proceed, use --auto-approve after reviewing the plan above.",
  );
}

/** Makes all changes that can be made and records each of them. @returns what failed */
export async function applyPlan(
  entries: readonly PlanEntry[],
  bundle: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
  output: Output,
): Promise<CliFailure[]> {
  const failures = new Map<string, CliFailure>();
  const done: PlanEntry[] = [];
  const lookUp: LookUp = (node, field) => {
    const resource = state.resources.get(node);
    return field === "id"
      ? resource?.id
      : resource === undefined
        ? undefined
        : textOf(resource.settings[field]);
  };
  const deletions = entries.filter(({ action }) => action === "delete").reverse();
  for (const entry of [...entries.filter(({ action }) => action !== "delete"), ...deletions]) {
    const { name, action, dependsOn } = entry;
    const broken = dependsOn.find(({ node }) => action !== "delete" && failures.has(node));
    try {
      if (broken !== undefined)
        throw new CliFailure(`cannot ${action} ${name}: dependency failed: ${broken.node}`);
      await applyOne(entry, bundle, state, client, lookUp);
      if (action !== "skip") done.push(entry);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      failures.set(name, error);
    }
  }
  for (const { name, action } of done.sort(byName)) output.err(`${DONE[action]} ${shortName(name)}\n`);
  return [...failures.values()];
}

async function applyOne(
  entry: PlanEntry,
  bundle: Bundle,
  state: DeploymentState,
  client: WorkspaceClient,
  lookUp: LookUp,
): Promise<void> {
  const { name, action, id = "", gone, dependsOn } = entry;
  const kind = kindOf(name);
  const doing = `cannot ${action} ${name}`;
  const wanted = bundle.resources.get(name);
  if (action === "skip") return;
  if (action === "delete" || wanted === undefined) {
    if (gone !== true) await kind.delete(id, client, doing);
    await state.record(name, undefined);
    return;
  }
  const { value: settings } = resolveReferences(wanted.settings, lookUp);
  if (action === "update") {
    await kind.update(id, settings, client, doing);
    await state.record(name, { id, settings, dependsOn });
    return;
  }
  if (action === "recreate") {
    await kind.delete(id, client, doing);
    await state.record(name, undefined);
  }
  const created = await kind.create(settings, client, doing);
  await state.record(name, { id: created, settings, dependsOn });
}

/** Deletes everything, dependents first. What may not be deleted stays, with a warning only, as in the real CLI. */
export async function deleteAll(
  entries: readonly PlanEntry[],
  client: WorkspaceClient,
  output: Output,
): Promise<void> {
  for (const { name, id = "" } of [...entries].reverse()) {
    try {
      await kindOf(name).delete(id, client, `cannot delete ${name}`);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 403) throw error;
      output.err(
        `Warn: destroying ${name}: Ignoring permission error when deleting ${name} id=${id}: ${error.apiMessage}\n`,
      );
    }
  }
}
